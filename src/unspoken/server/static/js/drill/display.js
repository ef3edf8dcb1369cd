// @ts-check
/** The page that checks a display: trials as in a drill, counted instead of answered. */

import { element } from "./asking.js";
import { present } from "./presenting.js";
import { Painter } from "./painter.js";
import { SceneStimulus } from "./stimulus.js";
import { measureRate } from "./timing.js";

const SIZE = 480;
/** Faces that differ; each is drawn once and shown several times. */
const DISTINCT = 8;
const LEAST_STEADY = 0.8;
/** Between two faces, milliseconds: about what an answer takes at the quickest. */
const PAUSE_MS = 250;
const Z = 1.959964;

const root = /** @type {HTMLElement} */ (document.getElementById("display"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("display-form"));
const config = JSON.parse(document.getElementById("display-config")?.textContent ?? "{}");

/** For `unspoken bench trials`: every trial as the page saw it. @type {any[]} */
const log = [];
Object.assign(globalThis, { unspokenDisplay: { log, run } });

/** @param {string} state */
const become = (state) => (root.dataset.state = state);
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Share with its Wilson interval.
 * @param {number} count
 * @param {number} of
 */
function wilson(count, of) {
  const p = count / of;
  const middle = (p + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of))) / (1 + (Z * Z) / of);
  return { p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * @param {{task: string, level: string, refresh_hz: number, count: number, seed: number}} wanted
 * @returns {Promise<any[]>}
 */
async function planned(wanted) {
  const reply = await fetch("/api/academy/rehearsal", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const found = await reply.json();
  if (!reply.ok) throw new Error([found.message, found.hint].filter(Boolean).join(" "));
  return found.trials;
}

/**
 * Show trials and count.
 * @param {{task: string, level: string, trials: number, distinct?: number, seed?: number}} wanted
 */
async function run({ task, level, trials, distinct = DISTINCT, seed = 0 }) {
  log.length = 0;
  const screen = Object.assign(element("canvas", "", "screen"), { width: SIZE, height: SIZE });
  screen.setAttribute("role", "img");
  screen.setAttribute("aria-label", "The face");
  const context = /** @type {CanvasRenderingContext2D} */ (screen.getContext("2d", { alpha: false }));
  const said = element("p", "Measuring the display …", "said");
  said.setAttribute("role", "status");
  root.replaceChildren(said, screen);
  become("measuring");
  const { hz, steady } = await measureRate();
  root.dataset.hz = String(hz);
  if (steady < LEAST_STEADY) {
    said.textContent = "The display is not steady enough to time faces. Close what keeps this computer busy, then try again.";
    return become("unsteady");
  }
  const scenes = await planned({ task, level, refresh_hz: hz, count: Math.min(distinct, trials), seed });
  const painter = new Painter();
  become("drawing");
  said.textContent = `Display: ${hz} Hz. Drawing faces …`;
  await painter.warmUp(config.face);
  painter.fit(screen);
  for (const [i, trial] of scenes.entries()) {
    const plan = { hz, onset: trial.onset_frame, planned: trial.planned_frames, total: trial.total_frames };
    const stimulus = new SceneStimulus(painter, trial.scene, plan);
    const start = performance.now();
    become("drawing");
    await stimulus.prepare();
    const draw_s = (performance.now() - start) / 1000;
    become("showing");
    const times = Math.floor(((i + 1) * trials) / scenes.length) - Math.floor((i * trials) / scenes.length);
    for (let n = 0; n < times; n += 1) {
      await pause(PAUSE_MS);
      performance.mark(`unspoken-trial-${log.length}`);
      const shown = await present(context, stimulus, plan);
      log.push({ plan, shown: shown.shown_frames, flags: shown.flags, drawn: shown.drawn, pictures: stimulus.known.size, draw_s });
      said.textContent = tally(hz);
    }
    stimulus.release();
  }
  painter.end();
  become("over");
  said.textContent = `${tally(hz)} ${verdictOf()}`;
}

/** @param {number} hz */
function tally(hz) {
  const exact = log.filter((trial) => !trial.flags.length).length;
  const { p, low, high } = wilson(exact, log.length);
  const share = (/** @type {number} */ x) => (100 * x).toFixed(0);
  return `${exact} of ${log.length} faces exactly as planned at ${hz} Hz: ${share(p)} % (95 % interval ${share(low)} to ${share(high)} %).`;
}

function verdictOf() {
  const exact = log.filter((trial) => !trial.flags.length).length / log.length;
  if (exact >= 0.95) return "This display keeps time.";
  if (exact >= 0.8) return "Most faces come as planned; the others would be left out and shown again.";
  return "Too many faces would be left out. Close other programs, or use another display.";
}

// Off until now: a click before this line would send the form away instead of being heard.
/** @type {HTMLButtonElement} */ (form.querySelector("button")).disabled = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(form);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  try {
    await run({ task: String(given.get("task")), level: String(given.get("level")), trials: Number(given.get("trials")) });
  } catch (error) {
    become("failed");
    root.replaceChildren(element("p", error instanceof Error ? error.message : String(error), "alert"));
  }
  button.disabled = false;
});
