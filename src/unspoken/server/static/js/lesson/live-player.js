/**
 * Draws the scenes of a page on the spot. All of them share one pair of faces: browsers allow few
 * drawing contexts, and loading a person takes time.
 */

import { FilmPlayer } from "../face/film-player.js";

/** Sides of a face's picture, pixels: where drawing is quick, and where it is not. */
const LARGE = 480;
const SMALL = 288;
/** Slower than this is a computer without a graphics card, seconds a picture. */
const QUICK_S = 0.05;

export class Studio {
  /** @param {string} pack Address of the face pack. */
  constructor(pack) {
    this.pack = pack;
    /** @type {FilmPlayer | null} */
    this.films = null;
    /** @type {LivePlayer | null} */
    this.current = null;
    this.side = LARGE;
    /** @type {Promise<void>} */
    this.queue = Promise.resolve();
  }

  /**
   * Put a scene on the stage and draw it, after what was asked for before.
   * @param {LivePlayer} scene
   * @param {number} time Seconds.
   * @returns {Promise<void>}
   */
  show(scene, time) {
    const turn = this.queue.then(() => this.#put(scene, time));
    this.queue = turn.catch(() => {});
    return turn;
  }

  /**
   * @param {LivePlayer} scene
   * @param {number} time
   */
  async #put(scene, time) {
    if (this.current !== scene) {
      this.films ??= new FilmPlayer(scene.canvas, { pack: this.pack });
      this.current = null;
      this.films.canvas = scene.canvas;
      await this.films.load({ ...scene.film, size: this.side });
      this.current = scene;
    }
    this.draw(time);
    if (this.side === LARGE && this.slow_s > QUICK_S) {
      this.side = SMALL;
      this.current = null;
    }
  }

  /** @param {number} time Seconds. */
  draw(time) {
    const began = performance.now();
    this.films?.draw(time);
    const took = (performance.now() - began) / 1000;
    // The first picture of a person takes longer; what counts is what the later ones take.
    this.slow_s = this.slow_s === undefined ? 0 : this.slow_s ? 0.8 * this.slow_s + 0.2 * took : took;
  }
}

export class LivePlayer {
  /**
   * @param {Studio} studio
   * @param {HTMLCanvasElement} canvas
   * @param {import("../face/film-player.js").Film} film
   */
  constructor(studio, canvas, film) {
    this.studio = studio;
    this.canvas = canvas;
    this.film = film;
    /** @type {object | null} */
    this.run = null;
  }

  /** @param {number} time Seconds. */
  async show(time) {
    this.run = null;
    await this.studio.show(this, time);
  }

  /**
   * @param {number} from Seconds.
   * @param {number} rate
   * @param {(time: number) => void} tick
   */
  async play(from, rate, tick) {
    const run = (this.run = {});
    await this.studio.show(this, from);
    let began = 0;
    const next = async (/** @type {number} */ now) => {
      if (this.run !== run) return;
      began ||= now;
      const time = from + ((now - began) / 1000) * rate;
      if (this.studio.current === this) this.studio.draw(time);
      else await this.studio.show(this, time);
      if (this.run !== run) return;
      tick(time);
      if (this.run === run) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  pause() {
    this.run = null;
  }

  slow_s() {
    return this.studio.slow_s ?? 0;
  }
}
