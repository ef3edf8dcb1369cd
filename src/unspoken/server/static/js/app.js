// @ts-check
/** What every page does: htmx for small forms, and sending answers that were kept back. */

import htmx from "htmx.org";
import { Outbox } from "./drill/outbox.js";

void htmx;

const outbox = new Outbox();

/** Answers the server will not take are told of, on whatever page they turn up. */
function tellRefused() {
  const refused = outbox.refused();
  document.getElementById("refused")?.remove();
  if (!refused.length) return;
  const note = Object.assign(document.createElement("div"), { id: "refused", className: "alert" });
  note.setAttribute("role", "alert");
  const [one, were, they] = refused.length === 1 ? ["An answer", "was", "It counts"] : [`${refused.length} answers`, "were", "They count"];
  const text = document.createElement("p");
  text.textContent = `${one} could not be kept and ${were} set aside. ${they} in no result; everything else is kept. The reason given: ${refused[0]?.why}`;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Discard" });
  button.addEventListener("click", () => {
    outbox.forget();
    note.remove();
  });
  note.append(text, button);
  document.querySelector("main")?.prepend(note);
}

addEventListener("unspoken-refused", tellRefused);
tellRefused();
if (!document.getElementById("drill-config")) outbox.flush().catch(() => {});

// What was kept back goes with the data, but only once these are really deleted.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = /** @type {CustomEvent<{ctx: any}>} */ (event).detail;
  if (ctx.sourceElement.matches("[data-forget]") && ctx.response.status < 400) outbox.clear();
});
document.addEventListener("htmx:error", (event) => {
  const { ctx } = /** @type {CustomEvent<{ctx?: any}>} */ (event).detail;
  if (!ctx?.sourceElement.matches("[data-forget]")) return;
  const note = document.querySelector("[data-not-deleted]");
  if (note) note.textContent = "It could not be deleted: no connection to Unspoken. Everything is still there.";
});
