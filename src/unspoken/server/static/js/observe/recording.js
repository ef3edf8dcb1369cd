// @ts-check
/** A recording on the page: no controls, its own clock, and what of it was not really on the screen. */

import { STILL_S } from "./stage.js";

/**
 * @typedef {object} About
 * @property {string} src
 * @property {number[]} zeros_s Capture times at which the browser's clock may stand at 0.
 * @property {number} first_s Capture time of the first picture.
 * @property {number} from_s Capture time at which what is shown begins.
 * @property {boolean} sound
 */
/** @typedef {{video: HTMLVideoElement, offset: number}} Opened `offset` is the video's time at second 0. */

/** A first picture that has not come by then is in a tab nobody sees, milliseconds. */
const PATIENCE_MS = 2000;
/** Keys of keyboards, headsets and screens that would stop or move a video. */
const MEDIA_KEYS = /** @type {MediaSessionAction[]} */ ([
  "play", "pause", "stop", "seekbackward", "seekforward", "seekto", "previoustrack", "nexttrack",
]);

/**
 * @param {HTMLVideoElement} video
 * @param {string} name
 * @returns {Promise<void>}
 */
const next = (video, name) =>
  new Promise((done, fail) => {
    video.addEventListener(name, () => done(), { once: true });
    video.addEventListener(
      "error",
      () => fail(new Error(video.error?.message || "this browser cannot play it")),
      { once: true },
    );
  });

/**
 * Load a recording and stand at its beginning.
 * @param {HTMLVideoElement} video
 * @param {About} about
 * @returns {Promise<Opened>}
 */
export async function opened(video, about) {
  const loaded = next(video, "loadeddata");
  const first = new Promise((/** @type {(time: number) => void} */ done) => {
    video.requestVideoFrameCallback?.((_now, facts) => done(facts.mediaTime));
    loaded.then(() => setTimeout(() => done(video.currentTime), PATIENCE_MS), () => {});
  });
  video.muted = !about.sound;
  video.src = about.src;
  await loaded;
  if (!video.videoWidth) throw new Error("this browser plays its sound, but not its pictures");
  const media = await first;
  // Browsers count from the container's zero or from its first time stamp: the first picture tells.
  const off = (/** @type {number} */ zero) => Math.abs(media + zero - about.first_s);
  const zero = about.zeros_s.reduce((best, one) => (off(one) < off(best) ? one : best));
  for (const key of MEDIA_KEYS) {
    try {
      navigator.mediaSession?.setActionHandler(key, () => {});
    } catch {
      // A key this browser does not know does nothing anyhow.
    }
  }
  const here = { video, offset: about.from_s - zero };
  await stood(here, 0);
  return here;
}

/**
 * @param {Opened} here
 * @param {number} time Seconds of what is shown.
 */
async function stood({ video, offset }, time) {
  const wanted = Math.max(0, offset + time);
  if (Math.abs(video.currentTime - wanted) < 1e-4) return;
  const there = next(video, "seeked");
  video.currentTime = wanted;
  await there;
}

/**
 * Play a stretch; as `played` does with a film.
 * @param {Opened} here
 * @param {{from: number, to: number, speed?: number, signal?: AbortSignal, each?: (time: number) => void}} how
 * @returns {Promise<{unseen: [number, number][], pictures: number}>}
 */
export async function shown(here, { from, to, speed = 1, signal, each }) {
  const { video, offset } = here;
  await stood(here, from);
  /** @type {[number, number][]} */
  const unseen = [];
  let pictures = 0;
  let last = from;
  const own = new AbortController();
  await new Promise((/** @type {(value?: unknown) => void} */ done, fail) => {
    const end = (/** @type {number} */ time) => {
      // A tab nobody sees plays on without pictures.
      if ((time - last) / speed > STILL_S) unseen.push([last, Math.min(time, to)]);
      done();
    };
    const over = () => signal?.aborted || video.ended || video.currentTime - offset >= to;
    const picture = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ facts) => {
      if (own.signal.aborted) return;
      const time = facts.mediaTime - offset;
      if ((time - last) / speed > STILL_S) unseen.push([last, Math.min(time, to)]);
      last = Math.max(last, time);
      pictures += 1;
      each?.(Math.min(to, Math.max(from, time)));
      if (time >= to || signal?.aborted) end(last);
      else video.requestVideoFrameCallback(picture);
    };
    const heed = { signal: own.signal };
    video.addEventListener("timeupdate", () => over() && end(Math.min(to, video.currentTime - offset)), heed);
    video.addEventListener("ended", () => end(Math.min(to, video.currentTime - offset)), heed);
    video.addEventListener("error", () => fail(new Error(video.error?.message || "it broke off")), heed);
    // It is shown in one go, whatever else asks the browser to pause.
    video.addEventListener("pause", () => over() || video.play().catch(fail), heed);
    signal?.addEventListener("abort", () => end(last), heed);
    video.playbackRate = speed;
    video.requestVideoFrameCallback(picture);
    video.play().catch(fail);
  }).finally(() => own.abort());
  video.pause();
  return { unseen, pictures };
}
