// @ts-check
/** After an answer in a drill: what it was, once more slowly, where it moved, and the other one. */

import { element, goOn } from "./asking.js";
import { nextFrame } from "./timing.js";

/** @typedef {import("./painter.js").Painter} Painter */
/** @typedef {import("./stimulus.js").SceneStimulus} SceneStimulus */

const SLOWER = 6;
const LEAST_S = 1.2;

/** @param {string} name */
const word = (name) => (name === "none" ? "nothing to name" : name);

/**
 * @param {object} p
 * @param {HTMLElement} p.place
 * @param {CanvasRenderingContext2D} p.context
 * @param {SceneStimulus} p.stimulus
 * @param {any} p.trial
 * @param {any} p.config
 * @param {{response: string, region: string | null, when_s: number | null}} p.answer
 */
export async function explain({ place, context, stimulus, trial, config, answer }) {
  const said = answer.response === "something" ? (answer.region ?? "") : answer.response;
  const right = said === trial.truth;
  const catches = /** @type {Record<string, string>} */ ({
    nothing: unmoved(trial), blink: "The face blinked.",
    speech: "The face said a word.", head_turn: "The head turned.",
  });
  const box = element("div", "", "ask");
  box.setAttribute("role", "status");
  const verdict = right ? `Right: ${word(trial.truth)}.` : `You said ${word(said)}. It was ${word(trial.truth)}.`;
  box.append(element("p", verdict, `said ${right ? "right" : "wrong"}`));
  if (trial.catch) box.append(element("p", catches[trial.catch] ?? "", "said"));
  const moved = Object.keys(trial.apex).length > 0;
  const pair = element("div", "", "pair");
  if (moved) box.append(unitList(trial.apex, config.units));
  if (config.task === "spot") box.append(...moments(trial, answer.when_s));
  place.replaceChildren(box, pair);
  // A catch trial taken for something is contrasted as well: what it was not.
  const wanted = moved || config.looks[said];
  const stills = wanted ? pictures(pair, stimulus, trial, config, right ? "" : said) : Promise.resolve();
  let playing = 0;
  const slow = () => {
    playing += 1;
    const mine = playing;
    replay(context, stimulus, trial, () => mine === playing);
  };
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches && !right) slow();
  await goOn(place, "Go on", { r: ["Slowly again", slow] });
  playing += 1;
  place.replaceChildren();
  await stills; // nothing may be drawn while the next face is shown
}

/**
 * What a face did that showed nothing: at some levels all faces talk, or all heads move.
 * @param {any} trial
 */
function unmoved(trial) {
  if (Object.keys(trial.scene.units).length) return "The face only talked, as all do here.";
  const courses = /** @type {unknown[][]} */ (Object.values(trial.scene.head));
  return courses.some((course) => course.length > 1) ? "The head only moved, as all do here." : "The face stayed still.";
}

/**
 * When it was, and when it was said to be: in words, and on a line of time.
 * @param {any} trial
 * @param {number | null} said Seconds.
 * @returns {HTMLElement[]} Empty where there was nothing to time.
 */
function moments(trial, said) {
  const whole = trial.total_frames / trial.refresh_hz;
  const from = trial.onset_frame / trial.refresh_hz;
  const to = from + trial.planned_frames / trial.refresh_hz;
  const words = [];
  if (trial.planned_frames) {
    words.push(`It moved from ${from.toFixed(2)} to ${to.toFixed(2)} s, for ${Math.round(1000 * (to - from))} ms.`);
  }
  if (said !== null) {
    const off = said < from ? from - said : said > to ? said - to : 0;
    const how = off === 0 ? "within it" : `${off.toFixed(2)} s too ${said < from ? "early" : "late"}`;
    words.push(`You said ${said.toFixed(2)} s${trial.planned_frames ? `: ${how}` : ""}.`);
  }
  if (!words.length) return [];
  const text = words.join(" ");
  const line = Object.assign(element("canvas", "", "moments"), { width: 720, height: 72 });
  line.setAttribute("role", "img");
  line.setAttribute("aria-label", text);
  // Colours come from the page's style, which a canvas has only once it is in the page.
  requestAnimationFrame(() => drawMoments(line, { whole, from, to: trial.planned_frames ? to : from, said }));
  return [element("p", text, "said"), line];
}

/**
 * @param {HTMLCanvasElement} line
 * @param {{whole: number, from: number, to: number, said: number | null}} times Seconds.
 */
function drawMoments(line, { whole, from, to, said }) {
  const context = line.getContext("2d");
  if (!context) return;
  const { color, outlineColor } = getComputedStyle(line);
  const x = (/** @type {number} */ time) => 12 + (time / whole) * (line.width - 24);
  context.fillStyle = context.strokeStyle = color;
  context.font = "20px system-ui, sans-serif";
  context.globalAlpha = 0.35;
  context.fillRect(x(0), 34, x(whole) - x(0), 4);
  context.globalAlpha = 1;
  if (to > from) {
    context.fillRect(x(from), 26, Math.max(6, x(to) - x(from)), 20);
    label(context, "it moved", (x(from) + x(to)) / 2, 18);
  }
  if (said === null) return;
  context.fillStyle = outlineColor;
  context.beginPath();
  context.moveTo(x(said), 38);
  context.lineTo(x(said) - 9, 52);
  context.lineTo(x(said) + 9, 52);
  context.fill();
  label(context, "you said", x(said), 70);
}

/**
 * Text about a place, kept inside the picture.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 */
function label(context, text, x, y) {
  const { width } = context.measureText(text);
  context.fillText(text, Math.min(context.canvas.width - width, Math.max(0, x - width / 2)), y);
}

/** @param {Record<string, number>} apex @param {Record<string, [string, string, string]>} names */
function unitList(apex, names) {
  const list = element("ul", "", "units");
  const texts = new Set(Object.keys(apex).map((key) => {
    const [code, name, region] = names[key] ?? [key, "", ""];
    return `${code} ${name} (${region})`;
  }));
  for (const text of texts) list.append(element("li", text));
  return list;
}

/**
 * Play the part around the movement at a sixth of its speed, at least a good second long.
 * @param {CanvasRenderingContext2D} context
 * @param {SceneStimulus} stimulus
 * @param {any} trial
 * @param {() => boolean} goesOn
 */
async function replay(context, stimulus, trial, goesOn) {
  const first = Math.max(0, trial.onset_frame - 2);
  const last = Math.min(trial.total_frames - 1, trial.onset_frame + Math.max(trial.planned_frames, 20) + 2);
  const seconds = Math.max(LEAST_S, ((last - first) / trial.refresh_hz) * SLOWER);
  const start = await nextFrame();
  for (;;) {
    const now = await nextFrame();
    const share = (now - start) / 1000 / seconds;
    if (!goesOn() || share > 1 || stimulus.released) break;
    stimulus.draw(context, Math.round(first + share * (last - first)));
  }
}

/**
 * Stills: the apex, where it moved, and what was chosen instead. They come when they are drawn.
 * @param {HTMLElement} pair
 * @param {SceneStimulus} stimulus
 * @param {any} trial
 * @param {any} config
 * @param {string} chosen "" if there is nothing to contrast with.
 */
async function pictures(pair, stimulus, trial, config, chosen) {
  const spotting = config.task === "spot";
  const head = { yaw_deg: trial.scene.head.yaw_deg?.[0]?.[1] ?? 0 };
  const still = async (/** @type {Record<string, number>} */ units) => {
    const picture = await stimulus.painter.picture({ identity: trial.scene.identity, units, head }, true);
    const size = 240;
    const canvas = Object.assign(element("canvas"), { width: size, height: size });
    const drawn = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    drawn.drawImage(picture, 0, 0, size, size);
    picture.close();
    return { canvas, drawn };
  };
  const add = (/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ caption) => {
    const figure = element("figure");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption);
    figure.append(canvas, element("figcaption", caption));
    pair.append(figure);
  };
  // Asked for at once: the worker would change faces with the next trial's between one and another.
  const moves = Object.keys(trial.apex).length > 0;
  const look = config.looks[chosen];
  const [neutral, apex, other] = await Promise.all([
    still({}), moves ? still(trial.apex) : null, look ? still(look) : null,
  ]);
  if (!pair.isConnected) return;
  if (apex) {
    add(apex.canvas, `This was ${spotting ? `the ${trial.truth}` : trial.truth}, at its strongest`);
    const moved = Object.assign(element("canvas"), { width: apex.canvas.width, height: apex.canvas.height });
    const drawn = /** @type {CanvasRenderingContext2D} */ (moved.getContext("2d", { willReadFrequently: true }));
    drawn.drawImage(apex.canvas, 0, 0);
    tint(neutral.drawn, drawn);
    add(moved, "Where the face changed");
  } else {
    add(neutral.canvas, "This face showed no expression");
  }
  if (other) add(other.canvas, `This would be ${spotting ? `a movement of the ${chosen}` : chosen}`);
}

/**
 * Tint what differs from the neutral face.
 * @param {CanvasRenderingContext2D} neutral
 * @param {CanvasRenderingContext2D} moved
 */
function tint(neutral, moved) {
  const { width, height } = moved.canvas;
  const before = neutral.getImageData(0, 0, width, height).data;
  const after = moved.getImageData(0, 0, width, height);
  const value = (/** @type {number} */ i) => before[i] ?? 0;
  for (let i = 0; i < before.length; i += 4) {
    const change = [0, 1, 2].reduce((sum, c) => sum + Math.abs(value(i + c) - (after.data[i + c] ?? 0)), 0);
    const share = Math.min(0.75, Math.max(0, change - 14) / 110);
    after.data[i] = value(i) * (1 - share) + 240 * share;
    after.data[i + 1] = value(i + 1) * (1 - share) + 150 * share;
    after.data[i + 2] = value(i + 2) * (1 - share);
  }
  moved.putImageData(after, 0, 0);
}
