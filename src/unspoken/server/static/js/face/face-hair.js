/** Hair: strands of the face pack as ribbons. */

import * as THREE from "./three.js";

/** @typedef {import("./face-shape.js").Floats} Floats */

/**
 * @param {import("./face-pack.js").FacePack} pack
 * @param {any} hair An identity's hair in `pack.json`.
 * @returns {THREE.BufferGeometry} Two vertices for every joint; the vertex shader widens them.
 */
export function hairGeometry(pack, hair) {
  /** @type {Floats} */
  const lines = pack.places(hair.points);
  const outward = /** @type {Int8Array & Record<number, any>} */ (pack.array(hair.outward));
  const { strands, joints } = hair;
  const count = 2 * strands * joints;
  const position = new Float32Array(3 * count);
  const normal = new Float32Array(3 * count);
  /** @type {Floats} */
  const along = new Float32Array(3 * count);
  const strand = new Float32Array(3 * count);
  const faces = new Uint32Array(6 * strands * (joints - 1));
  let face = 0;
  for (let s = 0; s < strands; s++) {
    const shade = (Math.imul(s + 1, 2654435761) >>> 8) / 16777216;
    for (let j = 0; j < joints; j++) {
      const here = 3 * (s * joints + j);
      const before = 3 * (s * joints + Math.max(0, j - 1));
      const after = 3 * (s * joints + Math.min(joints - 1, j + 1));
      for (let side = 0; side < 2; side++) {
        const v = 2 * (s * joints + j) + side;
        for (let k = 0; k < 3; k++) {
          position[3 * v + k] = lines[here + k];
          normal[3 * v + k] = outward[here + k] / 127;
          along[3 * v + k] = lines[after + k] - lines[before + k];
        }
        const length = Math.hypot(along[3 * v], along[3 * v + 1], along[3 * v + 2]) || 1;
        for (let k = 0; k < 3; k++) along[3 * v + k] /= length;
        strand.set([2 * side - 1, j / (joints - 1), shade], 3 * v);
      }
      if (j + 1 < joints) {
        const v = 2 * (s * joints + j);
        faces.set([v, v + 1, v + 2, v + 1, v + 3, v + 2], face);
        face += 6;
      }
    }
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.BufferAttribute(position, 3));
  geometry.setAttribute("normal", new THREE.BufferAttribute(normal, 3));
  geometry.setAttribute("along", new THREE.BufferAttribute(along, 3));
  geometry.setAttribute("strand", new THREE.BufferAttribute(strand, 3));
  geometry.setIndex(new THREE.BufferAttribute(faces, 1));
  return geometry;
}
