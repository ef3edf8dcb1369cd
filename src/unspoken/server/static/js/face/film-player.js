/**
 * Plays a film of one or two synthetic faces on a canvas: the same in a page and in
 * `unspoken academy render`.
 *
 * A film holds, for every face, courses: lists of [seconds, value], straight in between, level
 * before the first and after the last.
 */

import { valuesAt } from "./courses.js";
import { FaceStage } from "./face-stage.js";

export { valueAt, valuesAt } from "./courses.js";

/** @typedef {import("./courses.js").Course} Course */
/**
 * @typedef {object} FilmFace
 * @property {string} identity
 * @property {Record<string, Course>} units
 * @property {Record<string, Course>} head
 * @property {number} [turn_deg]
 */
/** @typedef {{size: number, faces: FilmFace[]}} Film */

export class FilmPlayer {
  /**
   * @param {HTMLCanvasElement} canvas Where the film is drawn; takes the film's size.
   * @param {{pack: string, label?: string}} options
   */
  constructor(canvas, options) {
    this.canvas = canvas;
    this.options = { label: "synthetic", ...options };
    /** @type {FaceStage[]} */
    this.stages = [];
    /** @type {string[]} */
    this.names = [];
    /** @type {Film | null} */
    this.film = null;
  }

  /**
   * @param {Film} film
   * @returns {Promise<void>}
   */
  async load(film) {
    this.film = film;
    this.canvas.width = film.size * film.faces.length;
    this.canvas.height = film.size;
    for (const [k, face] of film.faces.entries()) {
      const stage = (this.stages[k] ??= new FaceStage(document.createElement("canvas"), {
        pack: this.options.pack,
      }));
      stage.canvas.width = stage.canvas.height = film.size;
      stage.options.turn_deg = face.turn_deg ?? 0;
      if (this.names[k] !== face.identity) {
        await stage.load(face.identity);
        this.names[k] = face.identity;
      }
    }
  }

  /**
   * Draw the film at a time.
   * @param {number} time Seconds.
   */
  draw(time) {
    const { film, canvas } = this;
    const context = canvas.getContext("2d");
    if (!film || !context) return;
    for (const [k, face] of film.faces.entries()) {
      const stage = /** @type {FaceStage} */ (this.stages[k]);
      stage.set(valuesAt(face.units, time), valuesAt(face.head, time));
      stage.render();
      context.drawImage(/** @type {HTMLCanvasElement} */ (stage.canvas), k * film.size, 0);
    }
    const height = Math.max(9, Math.round(film.size / 34));
    context.font = `${height}px sans-serif`;
    context.textAlign = "right";
    context.fillStyle = "rgba(255, 255, 255, 0.82)";
    context.shadowColor = "rgba(0, 0, 0, 0.7)";
    context.shadowBlur = 3;
    context.fillText(this.options.label, canvas.width - height * 0.6, canvas.height - height * 0.6);
    context.shadowBlur = 0;
  }

  /** Give the graphics memory back. */
  dispose() {
    for (const stage of this.stages) stage.dispose();
    this.stages = [];
    this.names = [];
  }
}
