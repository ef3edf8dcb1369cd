// @ts-check
/**
 * Puts a flash into an item that comes without one, in whole frames of the display that was found: as
 * `unspoken.academy.stimuli` does it in the academy.
 */

import { valueAt } from "../face/courses.js";

/** @typedef {import("../face/courses.js").Course} Course */
/**
 * @typedef {object} Item
 * @property {string} truth
 * @property {string} catch
 * @property {string} identity
 * @property {number} lead_s
 * @property {number} whole_s
 * @property {Record<string, number>} apex
 * @property {Record<string, Course>} units What moves besides.
 * @property {Record<string, Course>} head
 */

const RISE = 0.3;
const FALL = 0.3;

/**
 * Rise, hold and fall; 0 before and after.
 * @param {number} onset Seconds.
 * @param {number} duration Seconds.
 * @param {number} amplitude
 * @returns {Course}
 */
export function flash(onset, duration, amplitude) {
  const end = onset + duration;
  return [[onset, 0], [onset + RISE * duration, amplitude], [end - FALL * duration, amplitude], [end, 0]];
}

/**
 * Both at once, up to 1, at the knots of either.
 * @param {Course} one
 * @param {Course} other
 * @returns {Course}
 */
function together(one, other) {
  const knots = [...new Set([...one, ...other].map(([time]) => time))].sort((a, b) => a - b);
  return knots.map((time) => [time, Math.min(1, valueAt(one, time) + valueAt(other, time))]);
}

/**
 * The durations a display can show, seconds.
 * @param {number[]} wanted Seconds.
 * @param {number} hz
 * @returns {number[]} Whole frames, each once, the shortest first.
 */
export function durationsFor(wanted, hz) {
  const frames = new Set(wanted.map((duration) => Math.max(1, Math.round(duration * hz))));
  return [...frames].sort((a, b) => a - b).map((count) => count / hz);
}

/**
 * An item as a trial of this display.
 * @param {Item} item
 * @param {number} hz
 * @param {number} duration_s Left aside in catch trials.
 */
export function compose(item, hz, duration_s) {
  const onset_frame = Math.max(1, Math.round(item.lead_s * hz));
  const planned_frames = item.catch ? 0 : Math.max(1, Math.round(duration_s * hz));
  const total_frames = Math.max(onset_frame + planned_frames + 1, Math.round(item.whole_s * hz));
  const units = { ...item.units };
  for (const [key, amplitude] of Object.entries(item.apex)) {
    const course = flash(onset_frame / hz, planned_frames / hz, amplitude);
    const besides = item.units[key];
    if (amplitude) units[key] = besides ? together(course, besides) : course;
  }
  return {
    truth: item.truth,
    catch: item.catch,
    apex: item.apex,
    refresh_hz: hz,
    onset_frame,
    planned_frames,
    total_frames,
    scene: { identity: item.identity, duration_s: total_frames / hz, units, head: item.head },
  };
}
