// @ts-check
/**
 * What a drill of the academy and one of an exported folder have in common: the screen, the bar above
 * it, the state that tests and style sheets see, and what is said before the first face.
 */

import { element, goOn } from "./asking.js";
import { measureRate } from "./timing.js";

/** @typedef {import("./stimulus.js").Plan} Plan */

const SIZE = 480;
const LEAST_STEADY = 0.8;

export class DrillScreen {
  constructor() {
    this.root = /** @type {HTMLElement} */ (document.getElementById("drill"));
    this.config = JSON.parse(document.getElementById("drill-config")?.textContent ?? "{}");
    this.canvas = Object.assign(element("canvas", "", "screen"), { width: SIZE, height: SIZE });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "The synthetic face");
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
    this.context.fillStyle = "#77797c"; // as the style sheet has it, until there is a face
    this.context.fillRect(0, 0, SIZE, SIZE);
    /** Where questions and explanations stand. */
    this.place = element("div", "", "ask");
    this.meter = Object.assign(element("progress"), { value: 0 });
    this.meter.setAttribute("aria-label", "Progress");
    this.status = element("span");
    this.status.setAttribute("role", "status");
    this.bar = element("div", "", "bar");
    this.bar.append(this.meter, this.status);
    /** For tests and for whoever is curious: every trial as planned and as shown. @type {any[]} */
    this.log = [];
    Object.assign(globalThis, { unspokenDrill: { log: this.log } });
  }

  /** @param {string} state */
  become(state) {
    this.root.dataset.state = state;
  }

  /** @param {string} words */
  say(words) {
    this.status.textContent = words;
  }

  /**
   * @param {number} counted Trials that count.
   * @param {number} wanted
   * @param {number} excluded Trials that do not.
   */
  progress(counted, wanted, excluded) {
    this.meter.max = wanted;
    this.meter.value = counted;
    const left = excluded ? ` ${excluded} not shown exactly as planned: left out and shown again.` : "";
    this.say(`${counted} of ${wanted}.${left}`);
  }

  /** Measures the display until it is steady. @returns {Promise<number>} Hz. */
  async steadyRate() {
    for (;;) {
      this.say("Measuring the display …");
      const { hz, steady } = await measureRate();
      this.root.dataset.hz = String(hz);
      this.say(`Display: ${hz} Hz.`);
      if (steady >= LEAST_STEADY) return hz;
      this.become("unsteady");
      this.place.replaceChildren(element("p", "The display is not steady enough to time faces. Close what keeps this computer busy, then try again.", "said"));
      await goOn(this.place, "Try again");
    }
  }

  /** Waits until the learner wants the first face. @param {number} hz */
  async start(hz) {
    this.become("ready");
    this.say(`Display: ${hz} Hz.`);
    this.place.replaceChildren(element("p", `Your display shows ${Math.round(hz)} pictures a second. Sit as you usually do, look at the face.`, "said"));
    await goOn(this.place, "Start");
    this.place.replaceChildren();
    this.become("preparing");
  }

  /** The page was in the background; waits until the learner is back. */
  async paused() {
    this.become("paused");
    this.place.replaceChildren(element("h2", "Paused"), element("p", "The page was in the background. That face does not count and comes again later.", "said"));
    await goOn(this.place, "Go on");
    this.place.replaceChildren();
  }

  /**
   * The last thing on the page: what happened, and a way on.
   * @param {string} role "status", or "alert" for what went wrong.
   * @param {string} title
   * @param {string} text
   * @param {string} href
   * @param {string} link
   */
  end(role, title, text, href, link) {
    const box = element("div", "", "ask");
    box.setAttribute("role", role);
    const anchor = Object.assign(element("a", link, "button main"), { href });
    box.append(element("h2", title), element("p", text), anchor);
    this.root.replaceChildren(box);
    anchor.focus();
  }

  /** @param {unknown} error @param {string} href @param {string} link */
  failed(error, href, link) {
    this.become("failed");
    this.end("alert", "This did not work", error instanceof Error ? error.message : String(error), href, link);
  }
}

/**
 * @param {{refresh_hz: number, onset_frame: number, planned_frames: number, total_frames: number}} trial
 * @returns {Plan}
 */
export function planOf(trial) {
  return { hz: trial.refresh_hz, onset: trial.onset_frame, planned: trial.planned_frames, total: trial.total_frames };
}
