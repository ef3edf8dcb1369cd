// @ts-check
/** The display's clock: how fast it is, and whether it showed what was planned. */

const NOMINAL_HZ = [24, 30, 48, 50, 60, 72, 75, 90, 100, 120, 144, 165, 180, 200, 240, 360];
const NEAR = 0.02;

/** @returns {Promise<number>} The time stamp of the next frame, milliseconds. */
export function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/**
 * The median of some numbers.
 * @param {number[]} values
 * @returns {number} NaN for none.
 */
export function median(values) {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  if (!ordered.length) return NaN;
  const upper = /** @type {number} */ (ordered[middle]);
  return ordered.length % 2 ? upper : (upper + /** @type {number} */ (ordered[middle - 1])) / 2;
}

/**
 * The rate behind some frame times: a rate displays are sold with if one is near, else as measured.
 * @param {number[]} stamps Milliseconds.
 * @returns {{hz: number, steady: number}} Hz, and the share of frames within a fifth of the period.
 */
export function rateOf(stamps) {
  const gaps = stamps.slice(1).map((stamp, i) => stamp - /** @type {number} */ (stamps[i]));
  const near = median(gaps);
  const even = gaps.filter((gap) => Math.abs(gap / near - 1) < 0.2);
  const period = even.reduce((sum, gap) => sum + gap, 0) / even.length;
  const measured = 1000 / period;
  const hz = NOMINAL_HZ.find((n) => Math.abs(measured / n - 1) < NEAR) ?? measured;
  return { hz: Math.round(hz * 100) / 100, steady: even.length / gaps.length };
}

/**
 * Measure the display.
 * @param {number} [frames]
 */
export async function measureRate(frames = 60) {
  for (let i = 0; i < 10; i += 1) await nextFrame();
  const stamps = [];
  for (let i = 0; i < frames; i += 1) stamps.push(await nextFrame());
  return rateOf(stamps);
}

/**
 * How many frames the target was on, and whether anything went wrong around it.
 * @param {number[]} stamps When each frame was drawn, milliseconds.
 * @param {{hz: number, onset: number, planned: number}} plan
 * @returns {{shown: number, late: boolean}} For a catch trial `shown` is 0.
 */
export function verdict(stamps, { hz, onset, planned }) {
  const period = 1000 / hz;
  const at = (/** @type {number} */ i) => stamps[i] ?? NaN;
  const shown = planned ? Math.round((at(onset + planned) - at(onset)) / period) : 0;
  let late = shown !== planned;
  const last = Math.min(planned ? onset + planned : stamps.length - 1, stamps.length - 1);
  for (let i = planned ? onset : 1; i <= last; i += 1) {
    if (Math.abs((at(i) - at(i - 1)) / period - 1) > 0.5) late = true;
  }
  return { shown: Number.isFinite(shown) ? shown : 0, late };
}
