// @ts-check
/** What every page does: htmx for small forms, and sending answers that were kept back. */

import htmx from "htmx.org";
import { Outbox } from "./drill/outbox.js";

void htmx;

const outbox = new Outbox();
if (!document.getElementById("drill-config")) outbox.flush().catch(() => {});

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("[data-forget]")) outbox.clear();
});
