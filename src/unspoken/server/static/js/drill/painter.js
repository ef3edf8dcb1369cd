// @ts-check
/**
 * Draws pictures of faces away from the page: in a worker, one at a time, only when asked. So the
 * page stays free for the display's clock and the keyboard, and nothing is drawn while a face is
 * being shown.
 */

/** @typedef {{identity: string, units: Record<string, number>, head: Record<string, number>}} Look */
/** @typedef {{look: Look, done: (picture: ImageBitmap) => void, fail: (error: Error) => void}} Job */

const FULL = 480;
/** Where a picture takes longer than this (no graphics card), pictures have half the side. */
const SLOW_MS = 100;

export class Painter {
  /** @param {Worker} [worker] What draws; the usual one where left out. */
  constructor(worker = new Worker(new URL("./painter-worker.js", import.meta.url), { type: "module" })) {
    this.size = FULL;
    this.slow = false;
    /** @type {Job[]} */
    this.jobs = [];
    /** @type {Job | null} */
    this.current = null;
    this.worker = worker;
    this.worker.addEventListener("message", ({ data }) => this.#took(data));
    this.worker.addEventListener("error", (event) => {
      this.#took({ error: event.message || "The faces cannot be drawn: their program did not start." });
    });
  }

  /**
   * Draw one picture.
   * @param {Look} look
   * @param {boolean} [urgent] Before all that waits.
   * @returns {Promise<ImageBitmap>}
   */
  picture(look, urgent = false) {
    return new Promise((done, fail) => {
      if (urgent) this.jobs.unshift({ look, done, fail });
      else this.jobs.push({ look, done, fail });
      this.#next();
    });
  }

  /**
   * Draw a face a few times, which makes everything ready, and see how long that takes here.
   * @param {string} identity
   */
  async warmUp(identity) {
    let took = 0;
    for (let i = 0; i < 3; i += 1) {
      const start = performance.now();
      (await this.picture({ identity, units: { AU12L: i / 2, AU12R: i / 2 }, head: {} })).close();
      took = performance.now() - start;
    }
    this.slow = took > SLOW_MS;
    if (this.slow) this.size = FULL / 2;
  }

  /** Give back what the worker holds; what still waits is never drawn. */
  end() {
    this.worker.terminate();
  }

  /**
   * Fit a canvas to the pictures. With a layer of its own (see the style sheet) and nothing to scale,
   * a new picture costs the page next to nothing; that is what keeps frames from being missed.
   * @param {HTMLCanvasElement} canvas
   */
  fit(canvas) {
    canvas.width = canvas.height = this.size;
  }

  #next() {
    if (this.current) return;
    this.current = this.jobs.shift() ?? null;
    if (this.current) this.worker.postMessage({ size: this.size, look: this.current.look });
  }

  /** @param {{picture?: ImageBitmap, error?: string}} answer */
  #took({ picture, error }) {
    const job = this.current;
    this.current = null;
    if (job && picture) job.done(picture);
    else job?.fail(new Error(error));
    this.#next();
  }
}
