// @ts-check
/** A drill or test from its first face to its last. */

import { initJsPsych } from "jspsych";
import { element, goOn } from "./asking.js";
import { explain } from "./feedback.js";
import { FlashPlugin } from "./flash-plugin.js";
import { Outbox } from "./outbox.js";
import { Painter } from "./painter.js";
import { question } from "./questioning.js";
import { SceneStimulus } from "./stimulus.js";
import { measureRate } from "./timing.js";

const SIZE = 480;
const RETRY_MS = 3000;
const LEAST_STEADY = 0.8;

const root = /** @type {HTMLElement} */ (document.getElementById("drill"));
const config = JSON.parse(document.getElementById("drill-config")?.textContent ?? "{}");
const outbox = new Outbox();
const screen = Object.assign(element("canvas", "", "screen"), { width: SIZE, height: SIZE });
screen.setAttribute("role", "img");
screen.setAttribute("aria-label", "The face");
const context = /** @type {CanvasRenderingContext2D} */ (screen.getContext("2d", { alpha: false }));
context.fillStyle = "#77797c"; // as the style sheet has it, until there is a face
context.fillRect(0, 0, SIZE, SIZE);
const place = element("div", "", "ask");
const meter = element("progress");
meter.setAttribute("aria-label", "Progress");
const status = element("span");
status.setAttribute("role", "status");
const bar = element("div", "", "bar");
bar.append(meter, status);
// jsPsych wants an element of its own; what it would show is shown here.
const hidden = Object.assign(element("div"), { hidden: true });

/** For tests and for whoever is curious: when every frame was drawn. @type {any[]} */
const log = [];
Object.assign(globalThis, { unspokenDrill: { log } });

/** @param {string} state */
const become = (state) => (root.dataset.state = state);

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
    become("waiting");
    status.textContent = "No connection to Unspoken. Your answers are kept here; trying again.";
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

class Refused extends Error {}

/** What the server said last, plus what was answered since. @type {any} */
let latest = {};

/** @param {any} found */
function progress(found) {
  latest = found;
  meter.max = found.wanted;
  meter.value = found.counted;
  const left = found.excluded ? ` ${found.excluded} not shown exactly as planned: left out and shown again.` : "";
  status.textContent = `${found.counted} of ${found.wanted}.${left}`;
}

/** @param {string} title @param {string} text @param {string} href @param {string} link */
function end(title, text, href, link) {
  const anchor = Object.assign(element("a", link, "button main"), { href });
  const box = element("div", "", "ask");
  box.append(element("h2", title), element("p", text), anchor);
  box.setAttribute("role", "status");
  root.replaceChildren(box);
  anchor.focus();
}

/** @param {Painter} painter @param {string} block @param {any[]} trials */
async function playRound(painter, block, trials) {
  /** @type {(error: unknown) => void} */
  let fail = () => {};
  const failed = new Promise((_resolve, reject) => (fail = reject));
  screen.addEventListener("fault", (event) => fail(/** @type {CustomEvent} */ (event).detail));
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
        become("preparing");
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

/** @param {any} trial @returns {import("./stimulus.js").Plan} */
function planOf(trial) {
  return { hz: trial.refresh_hz, onset: trial.onset_frame, planned: trial.planned_frames, total: trial.total_frames };
}

/**
 * @param {string} block
 * @param {any} trial
 * @param {SceneStimulus} stimulus
 * @param {import("./presenting.js").Shown} shown
 */
async function answered(block, trial, stimulus, shown) {
  log.push({ id: trial.id, planned: shown.planned_frames, shown: shown.shown_frames, flags: shown.flags, drawn: shown.drawn, plan: stimulus.plan });
  if (shown.flags.includes("hidden")) return paused(block, trial, shown);
  become("asking");
  const answer = await question(place, config, trial, shown);
  outbox.add(block, { id: trial.id, ...answer, shown_frames: shown.shown_frames, flags: shown.flags });
  outbox.flush().catch(() => {});
  if (!shown.flags.length) progress({ ...latest, counted: latest.counted + 1 });
  else progress({ ...latest, excluded: latest.excluded + 1 });
  if (config.feedback) {
    become("explaining");
    await explain({ place, context, stimulus, trial, config, answer });
  }
  return answer;
}

/** @param {string} block @param {any} trial @param {import("./presenting.js").Shown} shown */
async function paused(block, trial, shown) {
  // No answer was asked for; noted as shown in the background, and planned again.
  outbox.add(block, { id: trial.id, response: "none", shown_frames: shown.shown_frames, flags: ["hidden"] });
  become("paused");
  place.replaceChildren(element("h2", "Paused"), element("p", "The page was in the background. That face does not count and comes again later.", "said"));
  await goOn(place, "Go on");
  place.replaceChildren();
  return {};
}

async function main() {
  root.replaceChildren(bar, screen, place, hidden);
  for (;;) {
    status.textContent = "Measuring the display …";
    const { hz, steady } = await measureRate();
    root.dataset.hz = String(hz);
    status.textContent = `Display: ${hz} Hz.`;
    if (steady >= LEAST_STEADY) {
      become("ready");
      place.replaceChildren(element("p", `Your display shows ${Math.round(hz)} pictures a second. Sit as you usually do, look at the face.`, "said"));
      const painter = new Painter();
      const warm = painter.warmUp(config.face);
      warm.catch(() => {});
      await goOn(place, "Start");
      place.replaceChildren();
      become("preparing");
      await warm;
      painter.fit(screen);
      return play(hz, painter);
    }
    become("unsteady");
    place.replaceChildren(element("p", "The display is not steady enough to time faces. Close what keeps this computer busy, then try again.", "said"));
    await goOn(place, "Try again");
  }
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
      become("over");
      return end(title, text, `/academy/results/${block.id}`, "See the result");
    }
    become("preparing");
    await playRound(painter, block.id, round.trials);
  }
}

/** One drill at a time: another tab would take turns with this one at the display's clock. */
navigator.locks.request("unspoken-drill", { ifAvailable: true }, async (lock) => {
  if (!lock) {
    become("elsewhere");
    return end("Open in another tab", "A drill is running in another tab or window. Finish or close it there, then load this page again.", "/academy", "Back");
  }
  try {
    await main();
  } catch (error) {
    become("failed");
    end("This did not work", error instanceof Error ? error.message : String(error), "/academy", "Back");
  }
}).catch(() => {});
