// @ts-check
/**
 * jsPsych plugin `unspoken-flash`: presents a stimulus in whole frames of the display.
 *
 * The stimulus is any object with `prepare()` and `draw(context, frame)`. Every frame is drawn in a
 * frame callback of the browser; the times of these callbacks tell how many frames the target was
 * on. A page that goes into the background ends the presentation at once.
 */

import { ParameterType } from "jspsych";
import { nextFrame, verdict } from "./timing.js";

/** @typedef {{prepare: () => Promise<void>, draw: (context: CanvasRenderingContext2D, frame: number) => void}} Stimulus */
/**
 * @typedef {object} Shown
 * @property {number} planned_frames
 * @property {number} shown_frames
 * @property {string[]} flags
 * @property {number[]} stamps
 * @property {number} ended_at
 */

/**
 * Present a prepared stimulus.
 * @param {CanvasRenderingContext2D} context
 * @param {Stimulus} stimulus
 * @param {{hz: number, onset: number, planned: number, total: number}} plan
 * @returns {Promise<Shown>}
 */
export async function present(context, stimulus, plan) {
  let hidden = document.hidden;
  const hide = () => (hidden ||= document.hidden);
  document.addEventListener("visibilitychange", hide);
  const stamps = [];
  stimulus.draw(context, 0);
  await nextFrame();
  for (let frame = 0; frame < plan.total && !hidden; frame += 1) {
    const stamp = await Promise.race([nextFrame(), hiddenSoon()]);
    if (stamp === null) break;
    stimulus.draw(context, frame);
    stamps.push(stamp);
  }
  document.removeEventListener("visibilitychange", hide);
  hidden ||= document.hidden;
  const found = verdict(stamps, plan);
  const flags = hidden ? ["hidden"] : found.late ? ["late"] : [];
  return {
    planned_frames: plan.planned, shown_frames: found.shown, flags, stamps,
    ended_at: performance.now(),
  };
}

/** @returns {Promise<null>} When the page goes into the background. */
function hiddenSoon() {
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(null), { once: true });
  });
}

export class FlashPlugin {
  static info = /** @type {const} */ ({
    name: "unspoken-flash",
    version: "1.0.0",
    parameters: {
      /** Gives the stimulus; a function, because jsPsych copies objects with all they refer to. */
      stimulus: { type: ParameterType.FUNCTION },
      /** Gives the context of the canvas on which it is shown. */
      context: { type: ParameterType.FUNCTION },
      /** {hz, onset, planned, total} in frames. */
      plan: { type: ParameterType.OBJECT },
      /** Asks for the answer: async (shown) => data. */
      ask: { type: ParameterType.FUNCTION },
    },
    data: {
      planned_frames: { type: ParameterType.INT },
      shown_frames: { type: ParameterType.INT },
      flags: { type: ParameterType.STRING, array: true },
      stamps: { type: ParameterType.FLOAT, array: true },
    },
  });

  /** @param {any} jsPsych */
  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  /** @param {HTMLElement} _display @param {any} trial */
  trial(_display, trial) {
    this.#run(trial).then(
      (data) => this.jsPsych.finishTrial(data),
      (error) => trial.context().canvas.dispatchEvent(new CustomEvent("fault", { detail: error })),
    );
  }

  /** @param {any} trial */
  async #run(trial) {
    const stimulus = trial.stimulus();
    await stimulus.prepare();
    const shown = await present(trial.context(), stimulus, trial.plan);
    const answer = await trial.ask(shown);
    return { ...shown, ...answer };
  }
}
