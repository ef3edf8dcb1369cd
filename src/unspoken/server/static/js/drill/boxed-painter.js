// @ts-check
/** The painter's worker in a folder that was exported: made of what scripts of the page have laid down. */

/**
 * What a folder's scripts lay down, by name.
 * @typedef {object} Laid
 * @property {Record<string, string>} faces Files of the face pack, base64.
 * @property {[string, string][]} modules Of the painter, those that are imported first.
 * @property {string} boot The script the worker begins with.
 */

/**
 * @param {string[]} names Files of the face pack there have to be.
 * @returns {Promise<Worker>} Ready to draw.
 * @throws {Error} If a file is missing, or the worker does not start.
 */
export async function boxedPainter(names) {
  const laid = /** @type {Partial<Laid>} */ (/** @type {any} */ (globalThis).unspokenFaces ?? {});
  const { faces = {}, modules, boot } = laid;
  const missing = names.find((name) => !(name in faces));
  if (missing || !modules || !boot) {
    const what = missing ? `The file faces/${missing}.js` : "The file faces/painter.js";
    throw new Error(`${what} is missing or damaged. Copy the whole folder again.`);
  }
  const address = URL.createObjectURL(new Blob([boot], { type: "text/javascript" }));
  const worker = new Worker(address);
  const started = new Promise((done, fail) => {
    worker.addEventListener("message", ({ data }) => (data.started ? done(null) : fail(new Error(data.error))), { once: true });
    worker.addEventListener("error", (event) => fail(new Error(event.message || "The faces cannot be drawn here.")), { once: true });
  });
  worker.postMessage({ modules, files: faces });
  await started;
  URL.revokeObjectURL(address);
  return worker;
}
