// @ts-check
/** Watching an interaction once, marking moments by a key, and saying what they may mean. */

import { clockText } from "../face/film-player.js";
import { played, prepared } from "./stage.js";
import { asked } from "./guessing.js";
import { fewer } from "./fewer.js";
import { opened, shown } from "./recording.js";

/** @typedef {import("../face/film-player.js").Film} Film */
/**
 * @typedef {object} Config
 * @property {string} showing
 * @property {number | null} start_s
 * @property {number | null} end_s
 * @property {{id: string, marks: number[]} | null} resume
 * @property {Film} film
 * @property {import("./recording.js").About | null} recording Shown instead of the film.
 * @property {{film: Film, seconds: number, onsets_s: number[]}} warm
 * @property {number} seconds
 * @property {number} zero_s
 * @property {[number, number, string][]} steps
 * @property {[number, number, string, string][]} lines
 * @property {[string, string][]} guesses
 * @property {[number, string][]} confidence
 */

/** Reactions outside these are guesses or second thoughts, seconds. */
const REACTION = [0.15, 2];
/** What the server takes of one watching; more are brought together. */
const MOST = { marks: 300, unseen: 5000 };
const root = /** @type {HTMLElement} */ (document.getElementById("watch"));
const config = /** @type {Config} */ (
  JSON.parse(document.getElementById("watch-config")?.textContent ?? "{}")
);

/** @param {string} selector @returns {HTMLElement} */
const part = (selector) => /** @type {HTMLElement} */ (root.querySelector(selector));

/** @param {string} state */
function enter(state) {
  root.dataset.state = state;
  for (const section of root.querySelectorAll("[data-in]")) {
    const states = /** @type {HTMLElement} */ (section).dataset.in?.split(" ") ?? [];
    /** @type {HTMLElement} */ (section).hidden = !states.includes(state);
  }
}

/**
 * Send, and on failure ask whether to try again; nothing is lost meanwhile.
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>}
 */
async function sent(path, body) {
  for (;;) {
    try {
      const reply = await fetch(`/api/academy/observations${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const found = await reply.json();
      if (reply.ok) return found;
      throw new Error(found.message ?? `The server said ${reply.status}.`);
    } catch (error) {
      await again(error instanceof Error ? error.message : String(error));
    }
  }
}

/** @param {string} why @returns {Promise<void>} */
function again(why) {
  const alert = part("[data-alert]");
  alert.hidden = false;
  part("[data-why]").textContent = `It could not be kept: ${why} Nothing is lost; leave this page open.`;
  return new Promise((done) => {
    const button = part("[data-again]");
    button.focus();
    button.onclick = () => {
      alert.hidden = true;
      done();
    };
  });
}

/**
 * Call back at every mark: the space bar, M, or the button, however it is pressed.
 * @param {() => void} mark
 * @param {AbortSignal} signal
 */
function onMark(mark, signal) {
  const button = part("[data-mark]");
  const pressed = () => {
    mark();
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 180);
  };
  addEventListener(
    "keydown",
    (event) => {
      const enter = event.key === "Enter" && event.target === button;
      if (!enter && event.key !== " " && event.key.toLowerCase() !== "m") return;
      event.preventDefault();
      if (!event.repeat) pressed();
    },
    { signal },
  );
  // The click that some browsers make of a key let go would be a second mark.
  button.addEventListener("keyup", (event) => event.preventDefault(), { signal });
  let down = false;
  button.addEventListener(
    "pointerdown",
    () => {
      down = true;
      pressed();
    },
    { signal },
  );
  // A click no pointer began comes from a program that reads the page or presses its buttons.
  button.addEventListener(
    "click",
    () => {
      if (!down) pressed();
      down = false;
    },
    { signal },
  );
  button.focus();
}

/** @param {number} time */
function tell(time) {
  const step = config.steps.filter(([from, to]) => from <= time && time < to).pop();
  part("[data-step]").textContent = step ? step[2] : "";
  const line = config.lines.filter(([from, to]) => from <= time && time < to).pop();
  part("[data-speaker]").textContent = line && line[3] ? `${line[3]}: ` : "";
  part("[data-line]").textContent = line ? line[2] : "";
  /** @type {HTMLProgressElement} */ (part("progress")).value = time / config.seconds;
}

/** @typedef {{from: number, to: number, each: (time: number) => void}} How */

/**
 * Show something and gather marks.
 * @param {(how: How) => Promise<{unseen: [number, number][]}>} show
 * @param {number} seconds
 * @param {(time: number) => void} each
 * @param {() => number} [clock] Seconds of what is shown, at any moment; else from its first picture.
 */
async function gathered(show, seconds, each, clock) {
  /** @type {number[]} */
  const marks = [];
  const stop = new AbortController();
  let began = 0;
  const now = clock ?? (() => (performance.now() - began) / 1000);
  onMark(() => began && marks.push(Math.min(seconds, Math.max(0, now()))), stop.signal);
  const { unseen } = await show({
    from: 0,
    to: seconds,
    each: (time) => {
      began ||= performance.now() - time * 1000;
      each(time);
    },
  }).finally(() => stop.abort());
  return {
    marks: fewer(marks.map((t) => [t, t]), MOST.marks).map(([first]) => first),
    unseen: fewer(unseen, MOST.unseen),
  };
}

/**
 * The time to the first mark after each plain movement.
 * @param {number[]} onsets
 * @param {number[]} marks
 */
function reactionsOf(onsets, marks) {
  const [soonest, latest] = /** @type {[number, number]} */ (REACTION);
  return onsets.flatMap((onset) => {
    const mark = marks.find((m) => m >= onset + soonest && m <= onset + latest);
    return mark === undefined ? [] : [mark - onset];
  });
}

const video = () => /** @type {HTMLVideoElement} */ (part("video"));

/** @param {HTMLElement} button */
const clicked = (button) => new Promise((done) => button.addEventListener("click", done, { once: true }));

async function main() {
  if (config.resume) return guess(config.resume.id, config.resume.marks);
  const canvas = /** @type {HTMLCanvasElement} */ (part("canvas"));
  const { player, cost_ms } = await prepared(canvas, config.film);
  const recording = config.recording && (await opened(video(), config.recording));
  part("[data-slow]").hidden = recording !== null || cost_ms < 100;
  /** @type {number[]} */
  let reactions = [];
  enter("ready");
  const warm = part("[data-warm]");
  warm.onclick = async () => {
    enter("warming");
    await player.load({ ...config.warm.film, size: canvas.height });
    const found = await gathered((how) => played(player, how), config.warm.seconds, () => {});
    reactions = reactionsOf(config.warm.onsets_s, found.marks);
    await player.load({ ...config.film, size: canvas.height });
    player.draw(0);
    const count = `${reactions.length} of ${config.warm.onsets_s.length}`;
    part("[data-warmed]").textContent =
      reactions.length < 4
        ? `You marked ${count}. With fewer than four the usual window holds.`
        : `You marked ${count}; the window for your marks comes from these.`;
    enter("ready");
    part("[data-start]").focus();
  };
  part("[data-start]").focus();
  await clicked(part("[data-start]"));
  const { id } = await sent("", {
    showing: config.showing,
    start_s: config.start_s,
    end_s: config.end_s,
  });
  enter("playing");
  const { marks, unseen } = recording
    ? await gathered((how) => shown(recording, how), config.seconds, tell, () => recording.video.currentTime - recording.offset)
    : await gathered((how) => played(player, how), config.seconds, tell);
  enter("keeping");
  player.dispose();
  recording?.video.removeAttribute("src");
  await sent(`/${id}/marks`, { marks: marks.map((t_s) => ({ t_s })), unseen, reactions });
  return guess(id, marks);
}

/** @param {string} id @param {number[]} marks */
async function guess(id, marks) {
  enter("guessing");
  const said = await asked(part("[data-ask]"), {
    marks,
    guesses: config.guesses,
    confidence: config.confidence,
    words: (time) => ({
      clock: clockText(config.zero_s + time),
      step: config.steps.filter(([from, to]) => from <= time && time < to).pop()?.[2] ?? "",
      lines: config.lines
        .filter(([from, to]) => from <= time + 0.5 && to >= time - 4)
        .map(([, , text, speaker]) => ({ speaker, text })),
    }),
  });
  enter("keeping");
  await sent(`/${id}/guesses`, { marks: said });
  location.assign(`/academy/observe/result/${id}`);
}

main().catch((error) => {
  enter("broken");
  const what = config.recording ? "recording" : "face";
  part("[data-broken]").textContent = `The ${what} cannot be shown: ${error.message ?? error}`;
});
