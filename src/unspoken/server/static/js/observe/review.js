// @ts-check
/** The moments of a result again, slowly. */

import { played, prepared } from "./stage.js";

/** Seconds before and after a moment. */
const AROUND_S = 0.6;
/** Side of the face, pixels, that is worth a second look. */
const LEAST = 384;
const root = /** @type {HTMLElement} */ (document.getElementById("review"));
const config = JSON.parse(document.getElementById("review-config")?.textContent ?? "{}");
const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
const status = /** @type {HTMLElement} */ (root.querySelector("[role=status]"));
const speed = /** @type {HTMLSelectElement} */ (root.querySelector("select"));

/** @type {AbortController | null} */
let running = null;
/** @type {HTMLElement | null} */
let latest = null;
/** @type {Promise<unknown>} */
let idle = Promise.resolve();

/**
 * @param {import("../face/film-player.js").FilmPlayer} player
 * @param {HTMLElement} button
 */
async function play(player, button) {
  running?.abort();
  await idle;
  latest = button;
  const own = (running = new AbortController());
  const from = Math.max(0, Number(button.dataset.start) - AROUND_S);
  const to = Math.min(config.seconds, Number(button.dataset.end) + AROUND_S);
  for (const other of document.querySelectorAll("[data-start]")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  status.textContent = `${button.dataset.name}. Speed: ${speed.selectedOptions[0]?.textContent ?? ""}.`;
  root.dataset.state = "playing";
  idle = played(player, { from, to, speed: Number(speed.value), signal: own.signal });
  await idle;
  if (!own.signal.aborted) {
    root.dataset.state = "ready";
    status.textContent = `${button.dataset.name}. R plays it again.`;
  }
}

async function main() {
  const { player } = await prepared(canvas, config.film, LEAST);
  root.dataset.state = "ready";
  status.textContent = "Choose a moment to see it again.";
  for (const found of document.querySelectorAll("[data-start]")) {
    const button = /** @type {HTMLButtonElement} */ (found);
    button.disabled = false;
    button.addEventListener("click", () => play(player, button));
  }
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key.toLowerCase() !== "r" || typing || event.ctrlKey || event.metaKey) return;
    if (latest) play(player, latest);
  });
}

main().catch((error) => {
  root.dataset.state = "broken";
  status.textContent = `The face cannot be shown: ${error.message ?? error}`;
});
