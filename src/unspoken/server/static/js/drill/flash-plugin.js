// @ts-check
/**
 * jsPsych plugin `unspoken-flash`: presents a stimulus in whole frames of the display.
 *
 * The stimulus is any object with `prepare()`, `draw(context, frame)` and `changes(frame)`. Every
 * frame is drawn in a frame callback of the browser; the times of these callbacks tell how many
 * frames the target was on. A page that goes into the background ends the presentation at once.
 */

import { ParameterType } from "jspsych";
import { present } from "./presenting.js";

/** @typedef {import("./presenting.js").Shown} Shown */

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
      drawn: { type: ParameterType.OBJECT, array: true },
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
