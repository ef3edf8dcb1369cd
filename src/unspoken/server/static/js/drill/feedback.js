// @ts-check
/** After an answer in a drill: what it was, once more slowly, where it moved, and the other one. */

import { element, goOn } from "./asking.js";
import { nextFrame } from "./timing.js";
import { cast } from "./stimulus.js";

/** @typedef {import("./stimulus.js").Stage} Stage */
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
 * @param {{response: string, region: string | null}} p.answer
 */
export async function explain({ place, context, stimulus, trial, config, answer }) {
  const said = answer.response === "something" ? (answer.region ?? "") : answer.response;
  const right = said === trial.truth;
  const catches = /** @type {Record<string, string>} */ ({
    nothing: "The face stayed still.", blink: "The face blinked.",
    speech: "The face said a word.", head_turn: "The head turned.",
  });
  const box = element("div", "", "ask");
  box.setAttribute("role", "status");
  const verdict = right ? `Right: ${word(trial.truth)}.` : `You said ${word(said)}. It was ${word(trial.truth)}.`;
  box.append(element("p", verdict, `said ${right ? "right" : "wrong"}`));
  if (trial.catch) box.append(element("p", catches[trial.catch] ?? "", "said"));
  const pair = element("div", "", "pair");
  if (Object.keys(trial.apex).length) {
    box.append(unitList(trial.apex, config.units));
    await pictures(pair, stimulus.stage, trial, config, right ? "" : said);
  }
  place.replaceChildren(box, pair);
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
    if (!goesOn() || share > 1 || !stimulus.pictures.length) break;
    stimulus.draw(context, Math.round(first + share * (last - first)));
  }
}

/**
 * Stills: the apex, where it moved, and what was chosen instead.
 * @param {HTMLElement} pair
 * @param {Stage} stage
 * @param {any} trial
 * @param {any} config
 * @param {string} chosen "" if there is nothing to contrast with.
 */
async function pictures(pair, stage, trial, config, chosen) {
  await cast(stage, trial.scene.identity);
  const still = async (/** @type {Record<string, number>} */ amplitudes) => {
    stage.set(amplitudes, { yaw_deg: trial.scene.head.yaw_deg?.[0]?.[1] ?? 0 });
    stage.render();
    const size = 240;
    const canvas = Object.assign(element("canvas"), { width: size, height: size });
    const drawn = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    drawn.drawImage(await createImageBitmap(stage.canvas), 0, 0, size, size);
    return { canvas, drawn };
  };
  const add = (/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ caption) => {
    const figure = element("figure");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption);
    figure.append(canvas, element("figcaption", caption));
    pair.append(figure);
  };
  const neutral = await still({});
  const apex = await still(trial.apex);
  add(apex.canvas, `This was ${trial.truth}, at its strongest`);
  const moved = await still(trial.apex);
  tint(neutral.drawn, moved.drawn);
  add(moved.canvas, "Where the face changed");
  const other = config.looks[chosen];
  if (other) add((await still(other)).canvas, `This would be ${chosen}`);
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
