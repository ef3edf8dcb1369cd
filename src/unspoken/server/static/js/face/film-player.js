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
 * @property {{start_s: number, end_s: number, word: string}[]} [gaps]
 */
/** @typedef {{size: number, faces: FilmFace[], label?: string, starts_at_s?: number | null}} Film */

/** How long a face takes to fade into a gap and out of it, seconds. */
const FADE_S = 0.12;

/**
 * The gap a face is in, and how far it has faded.
 * @param {FilmFace} face
 * @param {number} time
 * @returns {{word: string, share: number} | null}
 */
export function gapAt(face, time) {
  for (const { start_s, end_s, word } of face.gaps ?? []) {
    if (time < start_s || time >= end_s) continue;
    // At the end the next picture shows the face again: nothing is hidden that was measured.
    const share = Math.min(1, (time - start_s) / FADE_S + 0.35, (end_s - time) / FADE_S + 0.35);
    return { word, share };
  }
  return null;
}

/**
 * Seconds as minutes, seconds and tenths.
 * @param {number} time
 * @returns {string}
 */
export function clockText(time) {
  const tenths = Math.max(0, Math.floor(time * 10 + 1e-6));
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${seconds}`;
}

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
      this.#fade(context, k * film.size, film.size, gapAt(face, time));
    }
    const height = Math.max(9, Math.round(film.size / 34));
    context.font = `${height}px sans-serif`;
    context.textAlign = "right";
    context.fillStyle = "rgba(255, 255, 255, 0.82)";
    context.shadowColor = "rgba(0, 0, 0, 0.7)";
    context.shadowBlur = 3;
    const label = film.label ?? this.options.label;
    context.fillText(label, canvas.width - height * 0.6, canvas.height - height * 0.6);
    if (typeof film.starts_at_s === "number") {
      context.textAlign = "left";
      context.fillText(clockText(film.starts_at_s + time), height * 0.6, canvas.height - height * 0.6);
    }
    context.shadowBlur = 0;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} left
   * @param {number} size
   * @param {{word: string, share: number} | null} gap
   */
  #fade(context, left, size, gap) {
    if (!gap) return;
    context.fillStyle = `rgba(118, 122, 126, ${0.94 * gap.share})`;
    context.fillRect(left, 0, size, size);
    context.font = `${Math.max(11, Math.round(size / 22))}px sans-serif`;
    context.textAlign = "center";
    context.fillStyle = "rgb(255, 255, 255)";
    context.fillText(gap.word, left + size / 2, size / 2, size * 0.92);
  }

  /** Give the graphics memory back. */
  dispose() {
    for (const stage of this.stages) stage.dispose();
    this.stages = [];
    this.names = [];
  }
}
