// @ts-check
/** The moments of a result again, slowly. */

import { opened, shown } from "./recording.js";
import { played, prepared } from "./stage.js";

/** @typedef {{from: number, to: number, speed: number, signal: AbortSignal}} How */

/** Seconds before and after a moment. */
const AROUND_S = 0.6;
/** Side of the face, pixels, that is worth a second look. */
const LEAST = 384;
const root = /** @type {HTMLElement} */ (document.getElementById("review"));
const config = JSON.parse(document.getElementById("review-config")?.textContent ?? "{}");
const status = /** @type {HTMLElement} */ (root.querySelector("[role=status]"));
const speed = /** @type {HTMLSelectElement} */ (root.querySelector("select"));

/** @type {AbortController | null} */
let running = null;
/** @type {HTMLElement | null} */
let latest = null;
/** @type {Promise<unknown>} */
let idle = Promise.resolve();

/**
 * @param {(how: How) => Promise<unknown>} show
 * @param {HTMLElement} button
 */
async function play(show, button) {
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
  idle = show({ from, to, speed: Number(speed.value), signal: own.signal });
  await idle;
  if (!own.signal.aborted) {
    root.dataset.state = "ready";
    status.textContent = `${button.dataset.name}. R plays it again.`;
  }
}

/** @returns {Promise<(how: How) => Promise<unknown>>} What plays a stretch of what was watched. */
async function projector() {
  if (config.recording) {
    const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    const recording = await opened(video, config.recording);
    return (how) => shown(recording, how);
  }
  const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
  const { player } = await prepared(canvas, config.film, LEAST);
  return (how) => played(player, how);
}

async function main() {
  const show = await projector();
  root.dataset.state = "ready";
  status.textContent = "Choose a moment to see it again.";
  for (const found of document.querySelectorAll("[data-start]")) {
    const button = /** @type {HTMLButtonElement} */ (found);
    button.disabled = false;
    button.addEventListener("click", () => play(show, button));
  }
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key.toLowerCase() !== "r" || typing || event.ctrlKey || event.metaKey) return;
    if (latest) play(show, latest);
  });
}

main().catch((error) => {
  root.dataset.state = "broken";
  status.textContent = `${config.recording ? "The recording" : "The face"} cannot be shown: ${error.message ?? error}`;
});
