// @ts-check
/** Showing a prepared stimulus in whole frames of the display, and knowing what was shown. */

import { nextFrame, verdict } from "./timing.js";

/** More frames than this are a computer that slept; the trial is flagged, and the count says no more. */
const MOST_FRAMES = 10_000;

/**
 * @typedef {object} Stimulus
 * @property {() => Promise<void>} prepare
 * @property {(context: CanvasRenderingContext2D, frame: number) => void} draw
 * @property {(frame: number) => boolean} changes Whether a frame looks other than the one before.
 */
/** @typedef {{hz: number, onset: number, planned: number, total: number}} Plan In frames. */
/** @typedef {import("./timing.js").Drawn} Drawn */
/**
 * @typedef {object} Shown
 * @property {number} planned_frames
 * @property {number} shown_frames
 * @property {string[]} flags
 * @property {Drawn[]} drawn
 * @property {number} ended_at
 */

/**
 * Present a prepared stimulus. Which frame is due is told by the display's clock, so a frame that
 * the browser missed makes the movement neither longer nor later. Where nothing changes, nothing is
 * drawn.
 * @param {CanvasRenderingContext2D} context
 * @param {Stimulus} stimulus
 * @param {Plan} plan
 * @returns {Promise<Shown>}
 */
export async function present(context, stimulus, plan) {
  let hidden = document.hidden;
  /** @type {() => void} */
  let leave = () => {};
  const left = /** @type {Promise<null>} */ (new Promise((resolve) => (leave = () => resolve(null))));
  const hide = () => {
    hidden ||= document.hidden;
    if (hidden) leave();
  };
  document.addEventListener("visibilitychange", hide);
  const period = 1000 / plan.hz;
  /** @type {Drawn[]} */
  const drawn = [];
  stimulus.draw(context, 0);
  let before = hidden ? null : await Promise.race([nextFrame(), left]);
  for (let frame = 0; before !== null; ) {
    const stamp = await Promise.race([nextFrame(), left]);
    if (stamp === null) break;
    const from = frame;
    frame += drawn.length ? Math.max(1, Math.round((stamp - before) / period)) : 0;
    before = stamp;
    if (frame >= plan.total) break;
    const moved = changed(stimulus, from, frame);
    if (moved) stimulus.draw(context, frame);
    drawn.push({ frame, stamp, moved, done: performance.now() });
  }
  document.removeEventListener("visibilitychange", hide);
  hidden ||= document.hidden;
  const found = verdict(drawn, plan);
  const flags = hidden ? ["hidden"] : found.late ? ["late"] : [];
  return { planned_frames: plan.planned, shown_frames: Math.min(found.shown, MOST_FRAMES), flags, drawn, ended_at: performance.now() };
}

/** @param {Stimulus} stimulus @param {number} from @param {number} to */
function changed(stimulus, from, to) {
  for (let frame = from + 1; frame <= to; frame += 1) if (stimulus.changes(frame)) return true;
  return false;
}
