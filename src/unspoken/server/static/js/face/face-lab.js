/** The face lab: every action unit on a slider, expressions, blends, slow motion, comparison. */

import { FaceStage } from "./face-stage.js";
import { LabSliders } from "./lab-sliders.js";

/** @typedef {Record<string, number>} Amplitudes */
/** @typedef {{title: string, words: string, units: Amplitudes}} Preset */
/**
 * @typedef {object} LabData
 * @property {{name: string, sex: string, band: string, tone: string}[]} people
 * @property {import("./lab-sliders.js").UnitWords[]} units
 * @property {(Preset & {emotion: string})[]} expressions
 * @property {Preset[]} blends
 */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return /** @type {T} */ (found);
}

/** One face on the page. */
class LabFace {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.figure = document.createElement("figure");
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Synthetic face, neutral");
    this.label = document.createElement("figcaption");
    this.label.textContent = "synthetic";
    this.figure.append(this.canvas, this.label);
    parent.append(this.figure);
    this.stage = new FaceStage(this.canvas, { pack: "/faces/" });
    this.ready = false;
  }

  /** @param {string} name */
  async show(name) {
    this.ready = false;
    await this.stage.load(name);
    this.ready = true;
  }

  /** Give the canvas as many pixels as it has on the screen, within reason. */
  fit() {
    const wanted = Math.round(this.canvas.clientWidth * Math.min(2, window.devicePixelRatio));
    const side = Math.min(1024, Math.max(160, wanted));
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
  }

  /**
   * @param {Amplitudes} amplitudes
   * @param {import("./face-shape.js").Pose} pose
   * @param {number} turn_deg
   */
  draw(amplitudes, pose, turn_deg) {
    if (!this.ready) return;
    this.fit();
    this.stage.options.turn_deg = turn_deg;
    this.stage.set(amplitudes, pose);
    this.stage.render();
  }

  /**
   * Say what is shown: always to those who do not see it, on the picture where there are two.
   * @param {string} who
   * @param {string} what
   * @param {boolean} named
   */
  caption(who, what, named) {
    this.canvas.setAttribute("aria-label", `Synthetic face ${who}: ${what}`);
    this.label.textContent = named ? `synthetic, ${who}: ${what}` : "synthetic";
  }

  remove() {
    this.stage.dispose();
    this.figure.remove();
  }
}

/**
 * How far a movement has come: up, full, down, along half cosines.
 * @param {number} share 0 at the onset, 1 at the offset.
 */
export function course(share) {
  if (share <= 0 || share >= 1) return 0;
  const ramp = Math.min(1, share / 0.35, (1 - share) / 0.35);
  return 0.5 - 0.5 * Math.cos(Math.PI * ramp);
}

class FaceLab {
  /** @param {LabData} data */
  constructor(data) {
    this.data = data;
    this.first = new LabFace(byId("faces"));
    /** @type {LabFace | null} */
    this.second = null;
    this.share = 1; // of the movement that is shown; below 1 only while it plays
    this.asked = false;
    const changed = () => {
      this.press(null);
      this.redraw();
    };
    this.sliders = new LabSliders(
      byId("units"),
      data.units,
      () => byIdChecked("linked"),
      changed,
      (unit) => this.say(`AU${unit.code}, ${unit.name}`, unit.looks, unit.confused),
    );
    this.chips("expressions", data.expressions);
    this.chips("blends", data.blends);
    this.fill("person", data.people.map((p) => [p.name, `${p.name}: ${p.sex}, ${p.band}`]));
    this.fill("second-person", data.people.map((p) => [p.name, `${p.name}: ${p.sex}, ${p.band}`]));
    this.fill("second-what", [
      ["same", "the same"],
      ["neutral", "neutral"],
      ...this.presets().map((p) => /** @type {[string, string]} */ ([p.title, p.title])),
    ]);
    this.listen();
  }

  /** @returns {Preset[]} */
  presets() {
    return [...this.data.expressions, ...this.data.blends];
  }

  /**
   * @param {string} id
   * @param {[string, string][]} options
   */
  fill(id, options) {
    byId(id).append(...options.map(([value, text]) => new Option(text, value)));
  }

  /**
   * @param {string} id
   * @param {Preset[]} presets
   */
  chips(id, presets) {
    for (const preset of presets) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = preset.title;
      chip.setAttribute("aria-pressed", "false");
      chip.addEventListener("click", () => {
        this.sliders.set(preset.units);
        if ("emotion" in preset) this.say(preset.title, unitsInWords(this.data, preset), preset.words);
        else this.say(preset.title, preset.words);
        this.press(chip);
        this.redraw();
      });
      byId(id).append(chip);
    }
  }

  /** @param {HTMLElement | null} chip */
  press(chip) {
    for (const other of document.querySelectorAll(".lab-chips button")) {
      other.setAttribute("aria-pressed", String(other === chip));
    }
  }

  listen() {
    for (const id of ["view", "gaze", "second-what"]) {
      byId(id).addEventListener("change", () => this.redraw());
    }
    byId("strength").addEventListener("input", () => {
      byId("strength-value").textContent = `${Math.round(100 * this.number("strength"))} %`;
      this.redraw();
    });
    byId("person").addEventListener("change", () => this.load(this.first, "person"));
    byId("second-person").addEventListener("change", () => {
      if (this.second) this.load(this.second, "second-person");
    });
    byId("reset").addEventListener("click", () => {
      this.sliders.set({});
      this.press(null);
      this.say("Neutral", "Choose an expression, or move a slider.");
      this.redraw();
    });
    byId("play").addEventListener("click", () => this.play());
    byId("compare").addEventListener("click", () => this.compare());
    new ResizeObserver(() => this.redraw()).observe(byId("faces"));
  }

  /**
   * @param {LabFace} face
   * @param {string} select
   */
  async load(face, select) {
    await face.show(/** @type {HTMLSelectElement} */ (byId(select)).value);
    this.redraw();
  }

  async compare() {
    const wanted = !this.second;
    byId("compare").setAttribute("aria-pressed", String(wanted));
    for (const label of document.querySelectorAll(".second")) {
      /** @type {HTMLElement} */ (label).hidden = !wanted;
    }
    if (this.second) {
      this.second.remove();
      this.second = null;
      this.redraw();
      return;
    }
    const select = /** @type {HTMLSelectElement} */ (byId("second-person"));
    if (select.value === /** @type {HTMLSelectElement} */ (byId("person")).value) {
      select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    }
    this.second = new LabFace(byId("faces"));
    await this.load(this.second, "second-person");
  }

  /** Rise and fall once, at the chosen speed. */
  play() {
    const seconds = this.number("lasts") / this.number("speed");
    const lead = 0.25; // neutral first, so that there is something to differ from
    let start = 0;
    const token = (this.token = {});
    const step = (/** @type {number} */ now) => {
      if (this.token !== token) return;
      start ||= now;
      const gone = (now - start) / 1000 - lead;
      this.share = course(gone / seconds);
      this.draw();
      if (gone < seconds + lead) requestAnimationFrame(step);
      else {
        this.share = 1;
        this.token = null;
        this.redraw();
      }
    };
    requestAnimationFrame(step);
  }

  /** @param {string} id */
  number(id) {
    return Number(/** @type {HTMLInputElement} */ (byId(id)).value);
  }

  /** Draw before the next frame is shown, once however often it was asked for. */
  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
      this.tell();
    });
  }

  draw() {
    const size = this.share * this.number("strength");
    const scaled = (/** @type {Amplitudes} */ units) =>
      Object.fromEntries(Object.entries(units).map(([key, a]) => [key, a * size]));
    const [x, y] = /** @type {HTMLSelectElement} */ (byId("gaze")).value.split(",").map(Number);
    const pose = { gaze_x: x ?? 0, gaze_y: y ?? 0 };
    const turn = this.number("view");
    const units = this.sliders.get();
    this.first.draw(scaled(units), pose, turn);
    const what = /** @type {HTMLSelectElement} */ (byId("second-what")).value;
    const shown = this.presets().find((preset) => preset.title === what)?.units ?? {};
    this.second?.draw(scaled(what === "same" ? units : shown), pose, turn);
  }

  tell() {
    const units = this.sliders.get();
    const text = inWords(units);
    byId("said").textContent = text || "Neutral: nothing moves.";
    const chosen = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (byId(id)).value;
    const pressed = document.querySelector(".lab-chips [aria-pressed=true]")?.textContent;
    const first = pressed || text || "neutral";
    const second = chosen("second-what");
    this.first.caption(chosen("person"), first, Boolean(this.second));
    this.second?.caption(chosen("second-person"), second === "same" ? first : second, true);
  }

  /**
   * @param {string} title
   * @param {string} words
   * @param {string} [confused] What it is taken for.
   */
  say(title, words, confused = "") {
    byId("words-title").textContent = title;
    byId("words-text").textContent = words;
    byId("confused").hidden = !confused;
    byId("confused-text").textContent = confused;
  }
}

/**
 * Amplitudes in a line: AU4 1.00 where both sides agree, AU4L 1.00 where they do not.
 * @param {Amplitudes} units
 */
function inWords(units) {
  const parts = Object.entries(units).map(([key, amplitude]) => {
    const other = key.endsWith("L") ? `${key.slice(0, -1)}R` : `${key.slice(0, -1)}L`;
    const both = /[LR]$/.test(key) && units[other] === amplitude;
    if (both && key.endsWith("R")) return "";
    return `${both ? key.slice(0, -1) : key} ${amplitude.toFixed(2)}`;
  });
  return parts.filter(Boolean).join(", ");
}

/**
 * What an expression is made of.
 * @param {LabData} data
 * @param {Preset} preset
 */
function unitsInWords(data, preset) {
  const found = data.units.filter((unit) => unit.keys.some((key) => preset.units[key]));
  return `Made of ${found.map((unit) => `AU${unit.code} (${unit.name})`).join(", ")}.`;
}

/** @param {string} id */
function byIdChecked(id) {
  return /** @type {HTMLInputElement} */ (byId(id)).checked;
}

async function start() {
  try {
    const lab = new FaceLab(JSON.parse(byId("lab-data").textContent ?? ""));
    await lab.load(lab.first, "person");
    document.body.dataset.ready = "yes";
  } catch (error) {
    const note = document.createElement("p");
    note.className = "lab-broken";
    note.textContent = `The face cannot be drawn. ${error instanceof Error ? error.message : error}`;
    byId("faces").replaceChildren(note);
    document.body.dataset.ready = "broken";
  }
}

start();
