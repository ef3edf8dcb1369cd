/** Wrinkles: how deep every fold of the skin is for given action units and age. */

/** Folds that stay in an older face at rest, and how much of the full depth. */
const STANDING = {
  forehead_inner: 0.42,
  forehead_outer: 0.38,
  glabella: 0.32,
  crow: 0.42,
  under_eye: 0.65,
  nasolabial: 0.75,
  corner_down: 0.45,
  smile: 0.1,
};
/** What a young face shows of a fold at full amplitude; age adds the rest. */
const YOUNG = { crow: 0.42, under_eye: 0.5, nose: 0.7, glabella: 0.8, forehead_inner: 0.7, forehead_outer: 0.65 };

/**
 * @param {import("./face-shape.js").FaceShape} face
 * @param {Record<string, number>} amplitudes
 * @param {{foldL: {value: any[]}, foldR: {value: any[]}, folded: {value: number}}} into Uniforms.
 */
export function foldWeights(face, amplitudes, into) {
  const { channels, of } = face.pack.index.wrinkles;
  const { old } = face.identity;
  let any = 0;
  for (const side of ["L", "R"]) {
    /** @type {Record<string, number>} */
    const depth = {};
    for (const [key, amplitude] of Object.entries(amplitudes)) {
      const unit = key.replace(/[LR]$/, "");
      if (!of[unit] || (unit !== key && !key.endsWith(side))) continue;
      for (const [channel, share] of Object.entries(of[unit])) {
        const now = /** @type {number} */ (share) * Math.min(1.2, Math.max(0, amplitude));
        depth[channel] = Math.max(depth[channel] ?? 0, now);
      }
    }
    const target = side === "L" ? into.foldL.value : into.foldR.value;
    channels.forEach((/** @type {string} */ channel, /** @type {number} */ k) => {
      const young = /** @type {Record<string, number>} */ (YOUNG)[channel] ?? 0.75;
      const standing = /** @type {Record<string, number>} */ (STANDING)[channel] ?? 0;
      const value = (depth[channel] ?? 0) * (young + 0.55 * old) + standing * old ** 1.2;
      target[k >> 2].setComponent(k & 3, Math.min(1.35, value));
      any = Math.max(any, value);
    });
  }
  into.folded.value = any > 0 ? 1 : 0; // the shader need not look up what is flat
}
