/** Shows a scene that was rendered to a clip: in pages that have no server behind them. */

export class ClipPlayer {
  /**
   * @param {HTMLElement} picture Where the clip goes.
   * @param {string} address
   */
  constructor(picture, address) {
    this.video = document.createElement("video");
    this.video.src = address;
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.preload = "auto";
    this.video.setAttribute("aria-label", "Synthetic face");
    picture.replaceChildren(this.video);
    /** @type {object | null} */
    this.run = null;
  }

  /** @returns {Promise<void>} When the clip can be shown. */
  ready() {
    const { video } = this;
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return Promise.resolve();
    return new Promise((done, fail) => {
      video.addEventListener("loadeddata", () => done(), { once: true });
      video.addEventListener("error", () => fail(new Error("The clip cannot be played.")), { once: true });
    });
  }

  /** @param {number} time Seconds. */
  async show(time) {
    this.pause();
    await this.ready();
    if (Math.abs(this.video.currentTime - time) < 0.001) return;
    const there = new Promise((done) => this.video.addEventListener("seeked", done, { once: true }));
    this.video.currentTime = time;
    await there;
  }

  /**
   * @param {number} from Seconds.
   * @param {number} rate
   * @param {(time: number) => void} tick
   */
  async play(from, rate, tick) {
    const run = (this.run = {});
    await this.ready();
    if (this.run !== run) return;
    this.video.currentTime = from;
    this.video.playbackRate = rate;
    try {
      await this.video.play();
    } catch (error) {
      // Paused before it began: no fault of the clip.
      if (this.run !== run) return;
      throw error;
    }
    const next = () => {
      if (this.run !== run) return;
      const { ended, currentTime, duration } = this.video;
      tick(ended ? duration + 1 : currentTime);
      if (this.run === run) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  pause() {
    this.run = null;
    this.video.pause();
  }

  slow_s() {
    return 0;
  }
}
