// @ts-check
/** The worker behind `Painter`: a face stage on a canvas that nobody sees. */

import { FaceStage } from "../face/face-stage.js";

/** @type {FaceStage | null} */
let stage = null;
let shown = "";
let copy = new OffscreenCanvas(1, 1);

/**
 * A picture that lies in ordinary memory: one on the graphics side would have to be fetched at the
 * moment it is shown where the page itself is drawn without a graphics card.
 * @param {FaceStage} from
 * @returns {ImageBitmap}
 */
function inMemory(from) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    copy.getContext("2d", { alpha: false, willReadFrequently: true })
  );
  context.drawImage(from.canvas, 0, 0);
  return copy.transferToImageBitmap();
}

/**
 * @param {number} size
 * @param {import("./painter.js").Look} look
 */
async function draw(size, { identity, units, head }) {
  if (stage?.canvas.width !== size) {
    stage?.dispose();
    stage = new FaceStage(new OffscreenCanvas(size, size));
    copy = new OffscreenCanvas(size, size);
    shown = "";
  }
  if (shown !== identity) {
    shown = "";
    await stage.load(identity);
    shown = identity;
  }
  stage.set(units, head);
  stage.render();
  return inMemory(stage);
}

addEventListener("message", async ({ data }) => {
  try {
    const picture = await draw(data.size, data.look);
    postMessage({ picture }, { transfer: [picture] });
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
