// @ts-check
/**
 * How long the next one is shown: one step shorter after a right answer, two longer after a wrong one.
 * It settles where two of three are right (Kaernbach 1991, doi 10.3758/BF03214307). It keeps practice
 * neither dull nor hopeless; it is no measurement, and no threshold is stated from it.
 */

/** Where it begins, seconds. */
const FIRST_S = 0.2;
const LONGER = 2;

export class Staircase {
  /** @param {number[]} durations Seconds, the shortest first. */
  constructor(durations) {
    this.durations = durations;
    const far = durations.map((duration) => Math.abs(duration - FIRST_S));
    this.step = far.indexOf(Math.min(...far));
  }

  get duration_s() {
    return /** @type {number} */ (this.durations[this.step]);
  }

  /** @param {boolean} right */
  answered(right) {
    const to = this.step + (right ? -1 : LONGER);
    this.step = Math.min(this.durations.length - 1, Math.max(0, to));
  }
}
