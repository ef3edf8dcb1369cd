// @ts-check
/** The display's clock: how fast it is, and whether it showed what was planned. */

const NOMINAL_HZ = [24, 30, 48, 50, 60, 72, 75, 90, 100, 120, 144, 165, 180, 200, 240, 360];
const NEAR = 0.02;
/** Catch trials hold no target: the tenth of a second in their place has to be as even, seconds. */
const CATCH_S = 0.1;

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
 * @typedef {object} Drawn
 * @property {number} frame
 * @property {number} stamp The browser's time of the frame, milliseconds.
 * @property {boolean} moved Whether it changed the picture.
 * @property {number} done When the page had drawn it, milliseconds.
 */

/**
 * How many frames the target was on, and whether every frame that matters came when it was due: those
 * of the target and the one that ends it. In catch trials of every kind it is the frames of a tenth of
 * a second from where something begins: else those in which much moves would be left out more often
 * than others, and what is left would tell what it is.
 * @param {Drawn[]} drawn What was drawn, in order.
 * @param {{hz: number, onset: number, planned: number}} plan
 * @returns {{shown: number, late: boolean}} For a catch trial `shown` is 0.
 */
export function verdict(drawn, { hz, onset, planned }) {
  const period = 1000 / hz;
  const end = onset + planned;
  const last = planned ? end : onset + Math.max(1, Math.round(CATCH_S * hz));
  const at = (/** @type {number} */ frame) => drawn.find((d) => d.frame >= frame)?.stamp ?? NaN;
  const shown = planned ? Math.round((at(end) - at(onset)) / period) : 0;
  const late = drawn.some((d, i) => {
    const before = drawn[i - 1];
    if (!before || d.frame < onset || before.frame >= last) return false;
    return Math.abs((d.stamp - before.stamp) / period - 1) > 0.5;
  });
  return { shown: Number.isFinite(shown) ? shown : 0, late: late || shown !== planned };
}
