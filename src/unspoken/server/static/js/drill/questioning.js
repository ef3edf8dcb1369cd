// @ts-check
/** What is asked after a face was shown: what it was, and how sure one is. */

import { choose, chooseMoment } from "./asking.js";

/** @typedef {{response: string, region: string | null, when_s: number | null}} Said */
/** @typedef {{task: string, answers: string[], regions: string[], confidence: [number, string, string][], confidence_help: string}} Asked */

/**
 * @param {HTMLElement} place
 * @param {Asked} config
 * @param {{scene: {duration_s: number}}} trial
 * @param {import("./presenting.js").Shown} shown
 * @returns {Promise<Said & {rt_s: number, confidence: number}>}
 */
export async function question(place, config, trial, shown) {
  /** @type {Said} */
  const answer = { response: "none", region: null, when_s: null };
  if (config.task === "identify") {
    const names = config.answers.map((n) => /** @type {[string, string]} */ ([n, n === "none" ? "none of them" : n]));
    answer.response = await choose(place, "What did you see?", names);
  } else {
    answer.response = await choose(place, "Did anything happen, other than a blink, talk or a turn?", [["something", "yes"], ["none", "no"]]);
  }
  const rt_s = Math.max(0, (performance.now() - shown.ended_at) / 1000);
  if (answer.response === "something") {
    answer.region = await choose(place, "Where?", config.regions.map((r) => /** @type {[string, string]} */ ([r, r])));
    answer.when_s = await chooseMoment(place, trial.scene.duration_s, () => {});
  }
  const confidence = await choose(place, "How sure are you?", config.confidence, config.confidence_help);
  return { ...answer, rt_s, confidence };
}
