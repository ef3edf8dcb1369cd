// @ts-check
/**
 * The frames of one trial, drawn ahead. Presenting is then only copying pictures to the screen, so
 * the duration does not depend on how fast this machine draws faces.
 */

import { valuesAt } from "../face/courses.js";

/** @typedef {[number, number][]} Course */
/** @typedef {{identity: string, duration_s: number, units: Record<string, Course>, head: Record<string, Course>}} Scene */
/** @typedef {import("./painter.js").Painter} Painter */
/** @typedef {{hz: number, onset: number, planned: number, total: number}} Plan In frames. */

/** Talk and sway that go on for longer than this, seconds, are drawn at a lower rate, Hz. */
const LONG_S = 1.1;
const LONG_HZ = 60;
const LONG_SLOW_HZ = 30;

export class SceneStimulus {
  /**
   * @param {Painter} painter
   * @param {Scene} scene
   * @param {Plan} plan
   */
  constructor(painter, scene, plan) {
    this.painter = painter;
    this.scene = scene;
    this.plan = plan;
    /** @type {ImageBitmap[]} By frame. */
    this.pictures = [];
    /** @type {Map<string, ImageBitmap>} */
    this.known = new Map();
    this.released = false;
    /** @type {Promise<void> | null} */
    this.ready = null;
  }

  /** Draw every frame that differs from the others; asking twice does no harm. */
  prepare() {
    this.ready ??= this.#draw();
    return this.ready;
  }

  async #draw() {
    for (const look of this.#looks()) {
      const key = JSON.stringify(look);
      let picture = this.known.get(key);
      if (!picture) {
        picture = await this.painter.picture({ identity: this.scene.identity, ...look });
        if (this.released) return picture.close();
        this.known.set(key, picture);
      }
      this.pictures.push(picture);
    }
  }

  /** What every frame looks like, in thousandths: finer steps cannot be seen. */
  #looks() {
    const { hz, onset, planned, total } = this.plan;
    const at = (/** @type {number} */ frame) => {
      const time = (frame + 0.5) / hz;
      return { units: rounded(valuesAt(this.scene.units, time)), head: rounded(valuesAt(this.scene.head, time)) };
    };
    const exact = Array.from({ length: total }, (_, frame) => at(frame));
    const keys = exact.map((look) => JSON.stringify(look));
    const moving = keys.filter((key, frame) => frame > 0 && key !== keys[frame - 1]).length;
    if (moving < LONG_S * hz) return exact;
    const step = Math.max(1, Math.round(hz / (this.painter.slow ? LONG_SLOW_HZ : LONG_HZ)));
    const inTarget = (/** @type {number} */ frame) => frame >= onset && frame <= onset + planned;
    return exact.map((look, frame) => {
      const held = frame - (frame % step);
      return inTarget(frame) || inTarget(held) ? look : /** @type {typeof look} */ (exact[held]);
    });
  }

  /**
   * Whether a frame looks other than the one before.
   * @param {number} frame
   */
  changes(frame) {
    return frame > 0 && this.pictures[frame] !== this.pictures[frame - 1];
  }

  /**
   * Copy one frame to the screen.
   * @param {CanvasRenderingContext2D} context
   * @param {number} frame
   */
  draw(context, frame) {
    const picture = this.pictures[Math.min(frame, this.pictures.length - 1)];
    if (picture) context.drawImage(picture, 0, 0, context.canvas.width, context.canvas.height);
  }

  /** Give the pictures' memory back. */
  release() {
    this.released = true;
    for (const picture of this.known.values()) picture.close();
    this.known.clear();
    this.pictures = [];
  }
}

/** @param {Record<string, number>} values */
function rounded(values) {
  return Object.fromEntries(Object.entries(values).map(([key, v]) => [key, Math.round(v * 1000) / 1000]));
}
