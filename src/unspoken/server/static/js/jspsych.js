// @ts-check
/**
 * jsPsych as an ES module. Its own module build wants a bundler; the browser build is one classic
 * script that leaves a global behind. Pages load that script first (both are deferred, in order).
 */

/** @type {typeof import("jspsych")} */
const library = /** @type {any} */ (globalThis).jsPsychModule;
if (!library) throw new Error("jsPsych is not loaded: vendor/jspsych/index.browser.min.js");

export const initJsPsych = library.initJsPsych;
export const JsPsych = library.JsPsych;
export const ParameterType = library.ParameterType;
