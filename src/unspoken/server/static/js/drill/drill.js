// @ts-check
/** A drill or test from its first face to its last. */

import { initJsPsych } from "jspsych";
import { element } from "./asking.js";
import { DrillScreen, planOf } from "./drill-screen.js";
import { explain } from "./feedback.js";
import { FlashPlugin } from "./flash-plugin.js";
import { Outbox } from "./outbox.js";
import { Painter } from "./painter.js";
import { question } from "./questioning.js";
import { SceneStimulus } from "./stimulus.js";

const RETRY_MS = 3000;
/** An answer that came later is kept as one that took a day, seconds. */
const MOST_RT_S = 86_400;

const screen = new DrillScreen();
const { config, context, place } = screen;
const outbox = new Outbox();
// jsPsych wants an element of its own; what it would show is shown here.
const hidden = Object.assign(element("div"), { hidden: true });

/**
 * Ask the server; waits and asks again while it cannot be reached.
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function ask(path, body) {
  for (;;) {
    try {
      await outbox.flush();
      const reply = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body ?? {}),
      });
      const found = await reply.json().catch(() => ({}));
      if (reply.ok) return found;
      if (reply.status !== 401 && reply.status < 500) {
        throw new Refused([found.message, found.hint].filter(Boolean).join(" "));
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    screen.become("waiting");
    screen.say("No connection to Unspoken. Your answers are kept here; trying again.");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

class Refused extends Error {}

/** What the server said last, plus what was answered since. @type {any} */
let latest = {};

/** @param {any} found */
function progress(found) {
  latest = found;
  screen.progress(found.counted, found.wanted, found.excluded);
}

/** @param {Painter} painter @param {string} block @param {any[]} trials */
async function playRound(painter, block, trials) {
  /** @type {(error: unknown) => void} */
  let fail = () => {};
  const failed = new Promise((_resolve, reject) => (fail = reject));
  screen.canvas.addEventListener("fault", (event) => fail(/** @type {CustomEvent} */ (event).detail));
  const jsPsych = initJsPsych({ display_element: hidden });
  const stimuli = trials.map((trial) => new SceneStimulus(painter, trial.scene, planOf(trial)));
  const timeline = trials.map((trial, i) => {
    const stimulus = /** @type {SceneStimulus} */ (stimuli[i]);
    return {
      type: FlashPlugin,
      plan: stimulus.plan,
      context: () => context,
      stimulus: () => stimulus,
      on_start: () => {
        screen.become("preparing");
        place.replaceChildren();
      },
      ask: async (/** @type {import("./presenting.js").Shown} */ shown) => {
        // The next face is drawn while this one is answered; never while one is shown.
        stimuli[i + 1]?.prepare().catch(fail);
        const answer = await answered(block, trial, stimulus, shown);
        stimulus.release();
        return answer;
      },
    };
  });
  try {
    await Promise.race([jsPsych.run(/** @type {any} */ (timeline)), failed]);
  } finally {
    for (const stimulus of stimuli) stimulus.release();
  }
}

/**
 * @param {string} block
 * @param {any} trial
 * @param {SceneStimulus} stimulus
 * @param {import("./presenting.js").Shown} shown
 */
async function answered(block, trial, stimulus, shown) {
  screen.log.push({ id: trial.id, planned: shown.planned_frames, shown: shown.shown_frames, flags: shown.flags, drawn: shown.drawn, plan: stimulus.plan });
  if (shown.flags.includes("hidden")) return paused(block, trial, shown);
  screen.become("asking");
  const said = await question(place, config, trial, shown);
  const answer = { ...said, rt_s: Math.min(said.rt_s, MOST_RT_S) };
  outbox.add(block, { id: trial.id, ...answer, shown_frames: shown.shown_frames, flags: shown.flags });
  outbox.flush().catch(() => {});
  if (!shown.flags.length) progress({ ...latest, counted: latest.counted + 1 });
  else progress({ ...latest, excluded: latest.excluded + 1 });
  if (config.feedback) {
    screen.become("explaining");
    await explain({ place, context, stimulus, trial, config, answer });
  }
  return answer;
}

/** @param {string} block @param {any} trial @param {import("./presenting.js").Shown} shown */
async function paused(block, trial, shown) {
  // No answer was asked for; noted as shown in the background, and planned again.
  outbox.add(block, { id: trial.id, response: "none", shown_frames: shown.shown_frames, flags: ["hidden"] });
  await screen.paused();
  return {};
}

async function main() {
  screen.root.replaceChildren(screen.bar, screen.canvas, place, hidden);
  const hz = await screen.steadyRate();
  const painter = new Painter();
  const warm = painter.warmUp(config.face);
  warm.catch(() => {});
  await screen.start(hz);
  await warm;
  painter.fit(screen.canvas);
  return play(hz, painter);
}

/** @param {number} hz @param {Painter} painter */
async function play(hz, painter) {
  const { task, purpose, level } = config;
  const block = await ask("/api/academy/blocks", { task, purpose, level, refresh_hz: hz });
  progress(block);
  for (;;) {
    const round = await ask(`/api/academy/blocks/${block.id}/rounds`);
    progress(round);
    if (!round.trials.length) {
      const words = /** @type {Record<string, [string, string]>} */ ({
        done: ["Done", "Thank you. Your answers are kept on this computer."],
        slow: ["Ended early", "This display did not show enough faces exactly as planned. What was shown exactly is kept; close other programs and try again."],
        interrupted: ["This block is closed", "It was left for more than half an hour. Begin it anew."],
      });
      const [title, text] = words[round.state] ?? ["Done", ""];
      screen.become("over");
      return screen.end("status", title, text, `/academy/results/${block.id}`, "See the result");
    }
    screen.become("preparing");
    await playRound(painter, block.id, round.trials);
  }
}

/** One drill at a time: another tab would take turns with this one at the display's clock. */
navigator.locks.request("unspoken-drill", { ifAvailable: true }, async (lock) => {
  if (!lock) {
    screen.become("elsewhere");
    return screen.end("status", "Open in another tab", "A drill is running in another tab or window. Finish or close it there, then load this page again.", "/academy", "Back");
  }
  try {
    await main();
  } catch (error) {
    screen.failed(error, "/academy", "Back");
  }
}).catch(() => {});
