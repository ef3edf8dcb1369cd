// @ts-check
/**
 * The frames of one trial, drawn ahead. Presenting is then only copying pictures to the screen, so
 * the duration does not depend on how fast this machine draws faces.
 */

import { valuesAt } from "../face/film-player.js";

/** @typedef {[number, number][]} Course */
/** @typedef {{identity: string, duration_s: number, units: Record<string, Course>, head: Record<string, Course>}} Scene */
/**
 * @typedef {object} Stage
 * @property {HTMLCanvasElement | OffscreenCanvas} canvas
 * @property {(name: string) => Promise<void>} load
 * @property {(amplitudes: Record<string, number>, pose?: Record<string, number>) => void} set
 * @property {() => void} render
 */

/** @type {WeakMap<Stage, string>} */
const loaded = new WeakMap();

/**
 * Show a face on a stage; loads it only where another one is there.
 * @param {Stage} stage
 * @param {string} identity
 */
export async function cast(stage, identity) {
  if (loaded.get(stage) === identity) return;
  loaded.delete(stage);
  await stage.load(identity);
  loaded.set(stage, identity);
}

export class SceneStimulus {
  /**
   * @param {Stage} stage
   * @param {Scene} scene
   * @param {{hz: number, frames: number}} plan
   */
  constructor(stage, scene, { hz, frames }) {
    this.stage = stage;
    this.scene = scene;
    this.hz = hz;
    this.frames = frames;
    /** @type {ImageBitmap[]} */
    this.pictures = [];
    /** @type {Map<string, ImageBitmap>} */
    this.known = new Map();
  }

  /** Draw every frame that differs from the others. */
  async prepare() {
    await cast(this.stage, this.scene.identity);
    for (let frame = 0; frame < this.frames; frame += 1) {
      const time = (frame + 0.5) / this.hz;
      const units = valuesAt(this.scene.units, time);
      const head = valuesAt(this.scene.head, time);
      const key = JSON.stringify([units, head], (_k, v) =>
        typeof v === "number" ? Math.round(v * 1000) / 1000 : v,
      );
      let picture = this.known.get(key);
      if (!picture) {
        this.stage.set(units, head);
        this.stage.render();
        picture = await createImageBitmap(this.stage.canvas);
        this.known.set(key, picture);
      }
      this.pictures.push(picture);
    }
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
    for (const picture of this.known.values()) picture.close();
    this.known.clear();
    this.pictures = [];
  }
}
