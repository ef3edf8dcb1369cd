// @ts-check
/**
 * A drill in a folder that was exported: the same faces, frames, questions and explanations as in the
 * academy, but nothing is kept and nothing is measured.
 */

import { element, goOn } from "./asking.js";
import { boxedPainter } from "./boxed-painter.js";
import { compose, durationsFor } from "./composing.js";
import { DrillScreen, planOf } from "./drill-screen.js";
import { explain } from "./feedback.js";
import { Painter } from "./painter.js";
import { present } from "./presenting.js";
import { question } from "./questioning.js";
import { Staircase } from "./staircase.js";
import { SceneStimulus } from "./stimulus.js";
import { saveLink, tallyTable } from "./tally.js";

/** @typedef {import("./composing.js").Item} Item */
/** @typedef {ReturnType<typeof compose>} Trial */
/** @typedef {import("./tally.js").Taken} Taken */

/** A block ends at the latest after this many times its trials. */
const MOST = 2;
const WORD_MS = 1500;

const screen = new DrillScreen();
const { config, context, place } = screen;
const note = element("p", "A synthetic face: this person does not exist.", "hint");

/**
 * What is left to draw from, by truth; filled again, in another order, when it is used up.
 * @type {Record<string, Item[]>}
 */
const left = {};

/** @param {string} truth @returns {Item} */
function drawn(truth) {
  if (!left[truth]?.length) left[truth] = shuffled(config.items.filter((/** @type {Item} */ item) => item.truth === truth));
  return /** @type {Item} */ (/** @type {Item[]} */ (left[truth]).pop());
}

/**
 * @template T
 * @param {T[]} things
 * @returns {T[]}
 */
function shuffled(things) {
  const order = [...things];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [/** @type {T} */ (order[j]), /** @type {T} */ (order[i])];
  }
  return order;
}

/** The truths of a block in random order, so that nobody can tell what is left. @returns {string[]} */
function blockOf() {
  const counts = /** @type {[string, number][]} */ (Object.entries(config.round));
  return shuffled(counts.flatMap(([truth, count]) => Array.from({ length: count * config.rounds }, () => truth)));
}

/** @param {Taken[]} taken @param {number} wanted @returns {number} How many do not count. */
function progress(taken, wanted) {
  const excluded = taken.filter((one) => one.flags.length).length;
  screen.progress(taken.length - excluded, wanted, excluded);
  return excluded;
}

/**
 * Rounds until every trial was shown as planned, or twice as many were shown.
 * @param {Painter} painter
 * @param {number} hz
 * @param {Record<string, Staircase>} stairs
 */
async function block(painter, hz, stairs) {
  /** @type {Taken[]} */
  const taken = [];
  const waiting = blockOf();
  const wanted = waiting.length;
  const next = () => {
    const truth = waiting.shift();
    if (truth === undefined || taken.length >= MOST * wanted) return null;
    const trial = compose(drawn(truth), hz, stairs[truth]?.duration_s ?? 0);
    return { trial, stimulus: new SceneStimulus(painter, trial.scene, planOf(trial)) };
  };
  let now = next();
  while (now) {
    progress(taken, wanted);
    screen.become("preparing");
    // Drawing takes long only where there is no graphics card; a word then, that nothing is broken.
    const drawing = element("p", "", "hint");
    drawing.setAttribute("role", "status");
    place.replaceChildren(drawing);
    const word = setTimeout(() => (drawing.textContent = "Drawing the next face …"), WORD_MS);
    await now.stimulus.prepare();
    clearTimeout(word);
    place.replaceChildren();
    const shown = await present(context, now.stimulus, planOf(now.trial));
    screen.log.push({ trial: now.trial, shown });
    const { trial, stimulus } = now;
    if (shown.flags.length) waiting.push(trial.truth);
    if (shown.flags.includes("hidden")) await paused(taken, trial, shown);
    // The next face is drawn while this one is answered; its duration depends on earlier answers.
    const after = next();
    after?.stimulus.prepare().catch(() => {});
    if (!shown.flags.includes("hidden")) {
      screen.become("asking");
      const answer = await question(place, config, trial, shown);
      const one = takenOf(trial, shown, answer);
      taken.push(one);
      if (!shown.flags.length) stairs[trial.truth]?.answered(one.said === one.truth);
      progress(taken, wanted);
      screen.become("explaining");
      await explain({ place, context, stimulus, trial, config, answer });
    }
    stimulus.release();
    now = after;
  }
  return { taken, wanted };
}

/**
 * @param {Trial} trial
 * @param {import("./presenting.js").Shown} shown
 * @param {import("./questioning.js").Said & {rt_s: number, confidence: number}} answer
 * @returns {Taken}
 */
function takenOf(trial, shown, answer) {
  return {
    truth: trial.truth,
    catch: trial.catch,
    identity: trial.scene.identity,
    said: answer.response === "something" ? (answer.region ?? "") : answer.response,
    confidence: answer.confidence,
    when_s: answer.when_s,
    rt_s: Math.round(1000 * answer.rt_s) / 1000,
    refresh_hz: trial.refresh_hz,
    onset_frame: trial.onset_frame,
    planned_frames: trial.planned_frames,
    total_frames: trial.total_frames,
    shown_frames: shown.shown_frames,
    flags: shown.flags,
  };
}

/** @param {Taken[]} taken @param {Trial} trial @param {import("./presenting.js").Shown} shown */
async function paused(taken, trial, shown) {
  taken.push({ ...takenOf(trial, shown, { response: "", region: null, when_s: null, rt_s: 0, confidence: 0 }) });
  await screen.paused();
}

/** @param {Taken[]} taken @param {number} wanted @returns {Promise<void>} When another block is wanted. */
async function over(taken, wanted) {
  screen.become("over");
  const excluded = progress(taken, wanted);
  const box = element("div", "", "ask tally");
  box.append(element("h2", taken.length - excluded < wanted ? "Ended early" : "Done"), tallyTable(taken, Object.keys(config.round)));
  if (excluded) box.append(element("p", `${excluded} not shown exactly as planned are left out.`));
  box.append(
    element("p", "Counts of this practice, on synthetic faces. They are no test, and say nothing about skill with customers. Durations follow your answers, so shares near two in three are usual."),
    element("p", "Nothing is kept: when this page is closed, the answers are gone. Saved as a file, they can be taken into the academy: unspoken academy import-answers FILE."),
  );
  const content = { format: "unspoken.practice/1", what: "Answers of a drill in an exported folder; synthetic faces; no test.", task: config.task, level: config.level, rounds: config.rounds, ended_at: new Date().toISOString(), answers: taken };
  const save = saveLink(`unspoken-${config.task}-${config.level}.json`, content);
  const back = Object.assign(element("a", "All parts", "button"), { href: "index.html" });
  const row = element("div", "", "row");
  row.append(save, back);
  box.append(row);
  place.replaceChildren(box);
  screen.canvas.hidden = note.hidden = true;
  await goOn(place, "Another block");
  screen.canvas.hidden = note.hidden = false;
}

async function main() {
  const notice = /** @type {HTMLElement} */ (document.getElementById("drill-notice"));
  screen.become("notice");
  await goOn(notice, "I have read this; go on");
  notice.remove();
  screen.root.replaceChildren(screen.bar, screen.canvas, note, place);
  const hz = await screen.steadyRate();
  screen.become("loading");
  screen.say("Getting the faces ready …");
  const painter = new Painter(await boxedPainter(config.files));
  const warm = painter.warmUp(config.face);
  warm.catch(() => {});
  await screen.start(hz);
  await warm;
  painter.fit(screen.canvas);
  const durations = durationsFor(config.durations, hz);
  const truths = Object.keys(config.round).filter((truth) => truth !== "none");
  const stairs = Object.fromEntries(truths.map((truth) => [truth, new Staircase(durations)]));
  for (;;) {
    const { taken, wanted } = await block(painter, hz, stairs);
    await over(taken, wanted);
  }
}

main().catch((error) => screen.failed(error, "index.html", "All parts"));
