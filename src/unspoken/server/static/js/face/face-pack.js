/**
 * The face pack as it lies on disk, made ready for drawing.
 *
 * A pack is one folder: `pack.json` says what is where, `pack.bin` holds arrays, and pictures are
 * WebP files. Lengths are decimetres; x to the person's left, y up, z to the front.
 */

/** @typedef {[kind: string, offset: number, length: number]} Stored */
/** @typedef {{index: Uint16Array, shift: Float32Array}} Field Vertices that move, and how far. */
/**
 * @typedef {object} Part
 * @property {number} vertices
 * @property {Uint16Array} faces
 * @property {Float32Array} uv
 * @property {Map<string, Field>} fields
 */
/**
 * @typedef {object} Identity
 * @property {string} name
 * @property {string} sex
 * @property {string} band
 * @property {string} tone
 * @property {string} pool "training" or "test".
 * @property {number} old 0 is 25 years, 1 is 90.
 * @property {[number, number, number]} hair_colour
 * @property {Record<"L" | "R", import("./face-shape.js").Eye>} eyes Centres and radii.
 */

const KINDS = { i2: Int16Array, u2: Uint16Array, u1: Uint8Array, i1: Int8Array, f4: Float32Array };

export class FacePack {
  /**
   * @param {string} base Address of the pack's folder, with a slash at its end.
   * @param {any} index `pack.json`.
   * @param {ArrayBuffer} content `pack.bin`.
   */
  constructor(base, index, content) {
    this.base = base;
    this.index = index;
    this.content = content;
    const head = index.shared.head;
    /** @type {Part} */
    this.head = this.#part(head, 1 / 16384);
    this.inside = /** @type {Uint8Array} */ (this.array(head.inside));
    this.shirt = /** @type {Uint8Array} */ (this.array(head.shirt));
    /** @type {Map<string, Part>} */
    this.parts = new Map();
  }

  /**
   * Load a pack.
   * @param {string} base Address of its folder, with a slash at its end.
   * @returns {Promise<FacePack>}
   * @throws {Error} If a file is missing or is not a pack of this format.
   */
  static async load(base) {
    const [index, content] = await Promise.all([
      fetched(`${base}pack.json`).then((answer) => answer.json()),
      fetched(`${base}pack.bin`).then((answer) => answer.arrayBuffer()),
    ]);
    if (index.format !== 1) {
      throw new Error(`${base}: expected a face pack of format 1, found ${index.format}.`);
    }
    return new FacePack(base, index, content);
  }

  /** @returns {string[]} Names of all identities. */
  get names() {
    return Object.keys(this.index.identities);
  }

  /** @returns {string[]} Action units that have a field, sides apart: AU4L, AU17. */
  get units() {
    return [...this.head.fields.keys()].filter((key) => key.startsWith("AU"));
  }

  /**
   * @param {string} name
   * @returns {Identity & Record<string, any>}
   * @throws {Error} If there is nobody of that name.
   */
  identity(name) {
    const found = this.index.identities[name];
    if (!found) throw new Error(`There is no face "${name}"; there are ${this.names.join(", ")}.`);
    return { name, ...found };
  }

  /**
   * @param {string} name Of a shared part, such as "eyes".
   * @returns {Part}
   */
  part(name) {
    let part = this.parts.get(name);
    if (!part) {
      part = this.#part(this.index.shared.parts[name], 1 / 32767);
      this.parts.set(name, part);
    }
    return part;
  }

  /**
   * @param {Stored} stored
   * @returns {Int16Array | Uint16Array | Uint8Array | Int8Array | Float32Array}
   */
  array([kind, offset, length]) {
    return new KINDS[/** @type {keyof typeof KINDS} */ (kind)](this.content, offset, length);
  }

  /**
   * @param {Stored} stored Whole steps.
   * @param {number} step
   * @returns {Float32Array}
   */
  scaled(stored, step) {
    return Float32Array.from(this.array(stored), (value) => value * step);
  }

  /**
   * @param {Stored} stored
   * @returns {Float32Array} Places, decimetres.
   */
  places(stored) {
    return this.scaled(stored, this.index.step.place);
  }

  /**
   * @param {any} described
   * @param {number} uvStep
   * @returns {Part}
   */
  #part(described, uvStep) {
    /** @type {Map<string, Field>} */
    const fields = new Map();
    for (const [key, [index, shift]] of Object.entries(described.fields)) {
      fields.set(key, {
        index: /** @type {Uint16Array} */ (this.array(index)),
        shift: this.scaled(shift, this.index.step.field),
      });
    }
    return {
      vertices: described.vertices,
      faces: /** @type {Uint16Array} */ (this.array(described.faces)),
      uv: this.scaled(described.uv, uvStep),
      fields,
    };
  }
}

/**
 * @param {string} address
 * @returns {Promise<Response>}
 */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: cannot be read (${answer.status}).`);
  return answer;
}
