/**
 * The shape of one face: action units, eyelids and eyeballs, computed on the processor.
 *
 * Fields of action units add up. What skin cannot do is put right afterwards: a lid does not go
 * through the eyeball, and a closed eye cannot be wide open as well.
 */

/** @typedef {import("./face-pack.js").FacePack} FacePack */
/** @typedef {import("./face-pack.js").Part} Part */
/**
 * Arrays that are indexed only within their length, in loops where a check would cost time.
 * @typedef {Float32Array & Record<number, any>} Floats
 * @typedef {Uint16Array & Record<number, any>} Indices
 */
/**
 * @typedef {object} Pose
 * @property {number} [yaw_deg] Turn of the head to the person's left.
 * @property {number} [pitch_deg] Nod upwards.
 * @property {number} [roll_deg] Tilt towards the person's left shoulder.
 * @property {number} [gaze_x] Eyes to the person's left, -1 to 1 (30 degrees).
 * @property {number} [gaze_y] Eyes up, -1 to 1 (25 degrees).
 */

const GAZE_X = (30 * Math.PI) / 180;
const GAZE_Y = (25 * Math.PI) / 180;
/** Lids go along with the eyes: how much of AU5 and AU45 at the ends of the range. */
const LIDS_UP = 0.6;
const LIDS_DOWN = 0.42;

/** A mesh whose vertices move: rest, current place and normals. */
export class Surface {
  /**
   * @param {Part} part
   * @param {Floats} rest
   */
  constructor(part, rest) {
    this.part = part;
    this.rest = rest;
    /** @type {Floats} */
    this.points = rest.slice();
    /** @type {Floats} */
    this.normals = new Float32Array(rest.length);
    this.findNormals();
  }

  /** @param {Map<string, number>} amplitudes */
  move(amplitudes) {
    this.points.set(this.rest);
    for (const [key, amplitude] of amplitudes) {
      const field = this.part.fields.get(key);
      if (field && amplitude !== 0) add(this.points, field.index, field.shift, amplitude);
    }
  }

  /** Area-weighted normals of all vertices. */
  findNormals() {
    const { points, normals } = this;
    /** @type {Indices} */
    const faces = this.part.faces;
    normals.fill(0);
    for (let k = 0; k < faces.length; k += 3) {
      const a = 3 * faces[k];
      const b = 3 * faces[k + 1];
      const c = 3 * faces[k + 2];
      const ux = points[b] - points[a];
      const uy = points[b + 1] - points[a + 1];
      const uz = points[b + 2] - points[a + 2];
      const vx = points[c] - points[a];
      const vy = points[c + 1] - points[a + 1];
      const vz = points[c + 2] - points[a + 2];
      const x = uy * vz - uz * vy;
      const y = uz * vx - ux * vz;
      const z = ux * vy - uy * vx;
      normals[a] += x;
      normals[a + 1] += y;
      normals[a + 2] += z;
      normals[b] += x;
      normals[b + 1] += y;
      normals[b + 2] += z;
      normals[c] += x;
      normals[c + 1] += y;
      normals[c + 2] += z;
    }
    for (let k = 0; k < normals.length; k += 3) {
      const length = Math.hypot(normals[k], normals[k + 1], normals[k + 2]) || 1;
      normals[k] /= length;
      normals[k + 1] /= length;
      normals[k + 2] /= length;
    }
  }
}

/**
 * @param {Floats} points
 * @param {Indices} index
 * @param {Floats} shift
 * @param {number} amplitude
 */
function add(points, index, shift, amplitude) {
  for (let k = 0, s = 0; k < index.length; k++, s += 3) {
    const at = 3 * index[k];
    points[at] += amplitude * shift[s];
    points[at + 1] += amplitude * shift[s + 1];
    points[at + 2] += amplitude * shift[s + 2];
  }
}

/**
 * @typedef {[x: number, y: number, z: number, radius: number]} Eye
 * @typedef {object} Lid Vertices before an eyeball.
 * @property {number[]} index
 * @property {Floats} least How close to the eyeball's centre each may come.
 * @property {Eye} eye
 */

/** One identity's moving meshes. */
export class FaceShape {
  /**
   * @param {FacePack} pack
   * @param {string} name
   */
  constructor(pack, name) {
    this.pack = pack;
    this.identity = pack.identity(name);
    this.head = new Surface(pack.head, pack.places(this.identity.points));
    /** @type {Map<string, Surface>} eyes, teeth, tongue, brows, lashes */
    this.parts = new Map();
    for (const [role, stored] of Object.entries(this.identity.parts)) {
      const { part, points } = /** @type {any} */ (stored);
      this.parts.set(role, new Surface(pack.part(part), pack.places(points)));
    }
    this.lids = [
      this.#lids(this.head, this.identity.eyes.L),
      this.#lids(this.head, this.identity.eyes.R),
    ];
  }

  /**
   * Give the face a shape.
   * @param {Record<string, number>} amplitudes By key (AU4L, AU17); 1.0 is the full displacement.
   * @param {Pose} [pose] Only the gaze counts here.
   */
  set(amplitudes, pose = {}) {
    const moved = effective(amplitudes, pose);
    this.head.move(moved);
    for (const lid of this.lids) keepOut(this.head.points, lid);
    this.head.findNormals();
    for (const [role, surface] of this.parts) {
      surface.move(moved);
      if (role === "eyes") this.#turnEyes(surface, pose);
      surface.findNormals();
    }
  }

  /**
   * @param {Surface} surface
   * @param {Pose} pose
   */
  #turnEyes(surface, pose) {
    const yaw = GAZE_X * (pose.gaze_x ?? 0);
    const pitch = GAZE_Y * (pose.gaze_y ?? 0);
    if (yaw === 0 && pitch === 0) return;
    const [cy, sy, cx, sx] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    const { points, rest } = surface;
    for (let k = 0; k < points.length; k += 3) {
      const [ox, oy, oz] = rest[k] > 0 ? this.identity.eyes.L : this.identity.eyes.R;
      const x = points[k] - ox;
      const y = points[k + 1] - oy;
      const z = points[k + 2] - oz;
      const up = cx * y + sx * z;
      const front = cx * z - sx * y;
      points[k] = ox + cy * x + sy * front;
      points[k + 1] = oy + up;
      points[k + 2] = oz + cy * front - sy * x;
    }
  }

  /**
   * Vertices near an eyeball and how close to its centre they may come.
   * @param {Surface} surface
   * @param {Eye} eye
   * @returns {Lid}
   */
  #lids(surface, eye) {
    const [x, y, z, radius] = eye;
    const index = [];
    const least = [];
    const { rest } = surface;
    for (let k = 0; k < rest.length; k += 3) {
      const far = Math.hypot(rest[k] - x, rest[k + 1] - y, rest[k + 2] - z);
      if (far < 1.6 * radius && rest[k + 2] > z) {
        index.push(k);
        least.push(Math.min(far, 1.075 * radius));
      }
    }
    return { index, least: Float32Array.from(least), eye };
  }
}

/**
 * Push vertices out of a ball.
 * @param {Floats} points
 * @param {Lid} lid
 */
function keepOut(points, lid) {
  const [x, y, z] = lid.eye;
  lid.index.forEach((k, at) => {
    const dx = points[k] - x;
    const dy = points[k + 1] - y;
    const dz = points[k + 2] - z;
    const far = Math.hypot(dx, dy, dz);
    if (far < lid.least[at]) {
      const grow = lid.least[at] / (far || 1);
      points[k] = x + dx * grow;
      points[k + 1] = y + dy * grow;
      points[k + 2] = z + dz * grow;
    }
  });
}

/**
 * Amplitudes as they act: what a closing lid leaves of the other units of the eye, and the lids'
 * part in a turn of the eyes.
 * @param {Record<string, number>} amplitudes
 * @param {Pose} pose
 * @returns {Map<string, number>}
 */
export function effective(amplitudes, pose) {
  const moved = new Map(Object.entries(amplitudes));
  for (const side of ["L", "R"]) {
    const closed = Math.min(1, (amplitudes[`AU45${side}`] ?? 0) + (amplitudes[`AU43${side}`] ?? 0));
    const open = 1 - closed;
    moved.set(`AU45${side}`, closed);
    moved.delete(`AU43${side}`);
    for (const unit of ["AU5", "AU7"]) {
      const key = unit + side;
      if (moved.has(key)) moved.set(key, (amplitudes[key] ?? 0) * open);
    }
  }
  const up = pose.gaze_y ?? 0;
  const lids = 1 - Math.min(1, Math.max(moved.get("AU45L") ?? 0, moved.get("AU45R") ?? 0));
  moved.set("gaze_up", Math.max(0, up) * lids);
  moved.set("gaze_down", Math.max(0, -up) * lids);
  for (const side of ["L", "R"]) {
    moved.set(`AU5${side}`, (moved.get(`AU5${side}`) ?? 0) + LIDS_UP * Math.max(0, up) * lids);
    moved.set(`AU45${side}`, (moved.get(`AU45${side}`) ?? 0) + LIDS_DOWN * Math.max(0, -up) * lids);
  }
  return moved;
}
