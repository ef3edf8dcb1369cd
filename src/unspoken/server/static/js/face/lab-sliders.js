/** The sliders of the face lab: one for every action unit and side. */

/**
 * @typedef {object} UnitWords
 * @property {number} code
 * @property {string} name
 * @property {string} muscle
 * @property {string} region
 * @property {string[]} keys
 * @property {string} looks
 * @property {string} confused
 */

const SIDES = { L: "left", R: "right" };

export class LabSliders {
  /**
   * @param {HTMLElement} parent
   * @param {UnitWords[]} units
   * @param {() => boolean} linked Whether both sides move together.
   * @param {(unit: UnitWords) => void} changed Told which unit was moved by hand.
   * @param {(unit: UnitWords) => void} chosen Told which unit one is about to move.
   */
  constructor(parent, units, linked, changed, chosen) {
    /** @type {Map<string, {slider: HTMLInputElement, value: HTMLOutputElement}>} */
    this.rows = new Map();
    this.linked = linked;
    this.changed = changed;
    this.chosen = chosen;
    /** @type {Map<string, HTMLDetailsElement>} */
    const regions = new Map();
    for (const unit of units) {
      let group = regions.get(unit.region);
      if (!group) {
        group = document.createElement("details");
        group.className = "lab-region";
        group.open = unit.region === "brow" || window.innerWidth >= 960;
        const title = document.createElement("summary");
        title.textContent = unit.region[0]?.toUpperCase() + unit.region.slice(1);
        group.append(title);
        regions.set(unit.region, group);
        parent.append(group);
      }
      group.append(this.#unit(unit));
    }
  }

  /** @param {UnitWords} unit */
  #unit(unit) {
    const box = document.createElement("fieldset");
    box.className = "lab-unit";
    box.setAttribute("aria-label", `AU${unit.code}, ${unit.name}`);
    const code = text("span", "code", `AU${unit.code}`);
    const about = text("div", "about", unit.name);
    about.append(text("div", "muscle", unit.muscle));
    about.title = unit.looks;
    const sliders = text("div", "sliders", "");
    for (const key of unit.keys) {
      const side = /** @type {Record<string, string>} */ (SIDES)[unit.keys.length > 1 ? key.slice(-1) : ""];
      sliders.append(this.#slider(unit, key, side ?? "both"));
    }
    box.append(code, about, sliders);
    return box;
  }

  /**
   * @param {UnitWords} unit
   * @param {string} key
   * @param {string} side
   */
  #slider(unit, key, side) {
    const label = document.createElement("label");
    label.append(side);
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: "0", max: "1", step: "0.05", value: "0", id: `unit-${key}` });
    slider.setAttribute("aria-label", `AU${unit.code} ${unit.name}, ${side}`);
    const value = document.createElement("output");
    value.textContent = "0";
    slider.addEventListener("focus", () => this.chosen(unit));
    slider.addEventListener("input", () => {
      const keys = this.linked() ? unit.keys : [key];
      for (const other of keys) this.#put(other, Number(slider.value));
      this.changed(unit);
    });
    label.append(slider, value);
    this.rows.set(key, { slider, value });
    return label;
  }

  /**
   * @param {string} key
   * @param {number} amplitude
   */
  #put(key, amplitude) {
    const row = this.rows.get(key);
    if (!row) return;
    row.slider.value = String(amplitude);
    row.value.textContent = amplitude ? amplitude.toFixed(2) : "0";
  }

  /** @returns {Record<string, number>} What is not zero. */
  get() {
    /** @type {Record<string, number>} */
    const moved = {};
    for (const [key, { slider }] of this.rows) {
      if (Number(slider.value) > 0) moved[key] = Number(slider.value);
    }
    return moved;
  }

  /** @param {Record<string, number>} amplitudes What is not named goes to zero. */
  set(amplitudes) {
    for (const key of this.rows.keys()) this.#put(key, Math.min(1, amplitudes[key] ?? 0));
  }
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} content
 */
function text(tag, className, content) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}
