// @ts-check
/**
 * A film on a canvas at a steady speed, and what of it was not really on the screen.
 */

import { FilmPlayer } from "../face/film-player.js";

/** @typedef {import("../face/film-player.js").Film} Film */

/** Sides a face is drawn at, pixels: the largest this machine draws in time. */
const SIZES = [512, 384, 256, 192];
/** A picture may take this long, milliseconds; beyond it short movements fall between pictures. */
const IN_TIME_MS = 34;
/** A picture that stands for longer has hidden what happened meanwhile, seconds. */
export const STILL_S = 0.12;

/**
 * Put a film on a canvas, as large as can be drawn in time.
 * @param {HTMLCanvasElement} canvas
 * @param {Film} film
 * @param {number} [least] The smallest side that will do, pixels; slow motion bears larger ones.
 * @returns {Promise<{player: FilmPlayer, cost_ms: number}>} With the milliseconds a picture takes.
 */
export async function prepared(canvas, film, least = 0) {
  const player = new FilmPlayer(canvas, { pack: "/faces/" });
  let cost_ms = Infinity;
  for (const size of SIZES.filter((side) => side >= least)) {
    await player.load({ ...film, size });
    player.draw(0);
    const began = performance.now();
    for (let k = 0; k < 4; k += 1) {
      player.draw(0.4 * k);
      // Taking a pixel out makes the machine finish the picture.
      (await createImageBitmap(canvas, 0, 0, 1, 1)).close();
    }
    cost_ms = (performance.now() - began) / 4;
    if (cost_ms <= IN_TIME_MS) break;
  }
  player.draw(0);
  return { player, cost_ms };
}

/**
 * Play a stretch of a film.
 * @param {FilmPlayer} player
 * @param {{from: number, to: number, speed?: number, signal?: AbortSignal, each?: (time: number) => void}} how
 *   Seconds of the film; `each` is called with the film's time after every picture.
 * @returns {Promise<{unseen: [number, number][], pictures: number}>} Stretches that were not shown.
 */
export function played(player, { from, to, speed = 1, signal, each }) {
  return new Promise((done) => {
    /** @type {[number, number][]} */
    const unseen = [];
    let pictures = 0;
    let last = from;
    /** @type {number | null} */
    let began = null;
    const step = (/** @type {number} */ now) => {
      began ??= now;
      const time = Math.min(to, from + ((now - began) / 1000) * speed);
      if ((time - last) / speed > STILL_S) unseen.push([last, time]);
      last = time;
      player.draw(time);
      pictures += 1;
      each?.(time);
      if (time >= to || signal?.aborted) done({ unseen, pictures });
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}
