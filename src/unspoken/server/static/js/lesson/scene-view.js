/**
 * A scene of a lesson: a picture that moves, words that go with it in time, and buttons.
 *
 * Where the system asks for reduced motion nothing plays unless asked for: the face stands still
 * and a button goes from step to step. Where nothing can be drawn, the words stand alone.
 */

/** @typedef {{start_s: number, end_s: number, still_s: number, say: string}} Cue */
/**
 * @typedef {object} SceneData
 * @property {string} title
 * @property {boolean} loop
 * @property {number} seconds
 * @property {number} poster_s What stands there before it plays.
 * @property {Cue[]} cues
 * @property {import("../face/film-player.js").Film} [film]
 * @property {string} [clip] Address of a rendered clip, where there is one instead of the film.
 */
/**
 * What shows the pictures: drawn on the spot, or a rendered clip.
 * @typedef {object} Player
 * @property {(time: number) => Promise<void>} show Stand still at a time, seconds.
 * @property {(from: number, rate: number, tick: (time: number) => void) => Promise<void>} play
 * @property {() => void} pause
 * @property {() => number} slow_s How long a picture takes, seconds; 0 where it is no matter.
 */

/** A picture that takes longer may miss a movement of a fifth of a second, seconds. */
const TOO_SLOW_S = 0.06;

/** @type {SceneView | null} */
let active = null;

export class SceneView {
  /**
   * @param {HTMLElement} figure
   * @param {SceneData} scene
   * @param {Player} player
   * @param {import("./voice.js").Voice} voice
   */
  constructor(figure, scene, player, voice) {
    this.figure = figure;
    this.scene = scene;
    this.player = player;
    this.voice = voice;
    this.time = 0;
    this.at = 0;
    this.playing = false;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (figure.querySelector(name));
    this.parts = {
      picture: find(".picture"),
      cue: find(".cue"),
      bar: find(".scene-bar"),
      play: find(".play"),
      back: /** @type {HTMLButtonElement} */ (find(".back")),
      on: /** @type {HTMLButtonElement} */ (find(".on")),
      speed: /** @type {HTMLSelectElement} */ (find(".speed")),
      where: find(".where"),
      slow: find(".slow"),
    };
    this.parts.play.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.parts.back.addEventListener("click", () => this.step(-1));
    this.parts.on.addEventListener("click", () => this.step(1));
    this.parts.speed.addEventListener("change", () => this.playing && this.play());
    this.still.addEventListener("change", () => this.label());
    this.label();
  }

  /** Draw the first step. */
  async start() {
    try {
      await this.player.show(this.still.matches ? this.cue(0).still_s : this.scene.poster_s);
      this.parts.bar.hidden = false;
      this.figure.dataset.state = "ready";
    } catch (error) {
      this.broken(error);
    }
  }

  /** @param {number} number */
  cue(number) {
    return /** @type {Cue} */ (this.scene.cues[number]);
  }

  get rate() {
    return Number(this.parts.speed.value);
  }

  async play() {
    this.take();
    const from = this.time >= this.scene.seconds - 0.01 ? 0 : this.time;
    this.playing = true;
    this.say(this.number(from));
    this.label();
    try {
      await this.player.play(from, this.rate, (time) => this.tick(time));
    } catch (error) {
      this.broken(error);
    }
  }

  /** @param {number} time Seconds. */
  tick(time) {
    if (!this.playing) return;
    this.time = time;
    const now = this.number(time);
    const over = time >= this.scene.seconds;
    if ((over || now !== this.at) && this.voice.speaking) this.wait(time, over);
    else if (over) this.end();
    else if (now !== this.at) this.say(now);
  }

  /**
   * Words are never cut short; the face waits for them.
   * @param {number} time Seconds.
   * @param {boolean} over Whether the scene is at its end.
   */
  wait(time, over) {
    this.player.pause();
    this.voice.finished().then(() => {
      if (!this.playing) return;
      if (over) this.end();
      else this.player.play(time, this.rate, (later) => this.tick(later)).catch((error) => this.broken(error));
    });
  }

  end() {
    if (this.scene.loop) {
      this.time = 0;
      this.play();
      return;
    }
    this.pause();
    this.time = this.scene.seconds;
  }

  pause() {
    this.playing = false;
    this.player.pause();
    this.voice.stop();
    this.label();
    const slow = this.player.slow_s();
    if (slow > TOO_SLOW_S) {
      this.parts.slow.hidden = false;
      this.parts.slow.textContent = `This computer draws ${Math.max(1, Math.round(1 / slow))} pictures a second. `
        + "A very short movement can be missed at the speed of life: choose a slower speed, or step.";
    }
  }

  /** @param {number} by */
  async step(by) {
    this.take();
    this.pause();
    const next = Math.min(this.scene.cues.length - 1, Math.max(0, this.at + by));
    this.time = this.cue(next).start_s;
    this.say(next);
    this.label();
    try {
      await this.player.show(this.cue(next).still_s);
    } catch (error) {
      this.broken(error);
    }
  }

  /** Only one scene plays at a time. */
  take() {
    if (active && active !== this) active.pause();
    active = this;
    this.parts.cue.setAttribute("aria-live", "polite"); // from now on changes are of interest
  }

  /**
   * @param {number} time Seconds.
   * @returns {number} Number of the cue that is on.
   */
  number(time) {
    const later = this.scene.cues.findIndex((cue) => cue.start_s > time + 1e-6);
    return later < 0 ? this.scene.cues.length - 1 : Math.max(0, later - 1);
  }

  /** @param {number} number */
  say(number) {
    this.at = number;
    const { say } = this.cue(number);
    this.parts.cue.textContent = say;
    this.voice.say(say);
    this.label();
  }

  label() {
    const { play, back, on, where } = this.parts;
    const { length } = this.scene.cues;
    play.textContent = this.playing ? "Pause" : this.still.matches ? "Play anyway" : "Play";
    const several = length > 1;
    back.hidden = on.hidden = !several && !this.still.matches;
    back.disabled = this.at === 0;
    on.disabled = this.at >= length - 1;
    where.textContent = several ? `${this.at + 1} of ${length}` : "";
    this.figure.dataset.at = String(this.at);
    this.figure.dataset.playing = this.playing ? "yes" : "no";
  }

  /** @param {unknown} error */
  broken(error) {
    this.figure.dataset.state = "words";
    this.parts.bar.hidden = true;
    this.parts.cue.hidden = true;
    const note = document.createElement("p");
    const why = error instanceof Error ? error.message : String(error);
    note.textContent = `The face cannot be shown here. ${why} The words below tell what it shows.`;
    this.parts.picture.replaceChildren(note);
    const words = /** @type {HTMLDetailsElement | null} */ (this.figure.querySelector("details.words"));
    if (words) words.open = true;
  }
}
