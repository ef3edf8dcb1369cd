/**
 * A synthetic face on a canvas, drawn with three.js (WebGL2).
 *
 * ```js
 * const stage = new FaceStage(canvas, { pack: "/faces/" });
 * await stage.load("f01");
 * stage.set({ AU12L: 0.8, AU12R: 0.8 }, { yaw_deg: 10 });
 * stage.render();
 * ```
 */

import * as THREE from "./three.js";
import { FacePack } from "./face-pack.js";
import { FaceShape } from "./face-shape.js";
import {
  CARD,
  DEPTH,
  EYE,
  HAIR,
  HAIR_VERTEX,
  SKIN,
  VERTEX,
  WALL,
  WALL_VERTEX,
} from "./face-shaders.js";
import { foldWeights } from "./face-folds.js";
import { hairGeometry } from "./face-hair.js";

/** @typedef {import("./face-shape.js").Pose} Pose */
/** @typedef {import("./face-shape.js").Surface} Surface */
/** @typedef {"skin" | "iris" | "pores" | "fold0" | "fold1" | "fold2" | "brows" | "lashes" | "teeth" | "tongue"} Picture */
/** @typedef {Record<Picture, THREE.Texture>} Textures */
/** @typedef {import("./face-shape.js").Floats} Floats */
/**
 * @typedef {object} StageOptions
 * @property {string} [pack] Address of the face pack, with a slash at its end.
 * @property {[number, number, number]} [wall] Colour of the wall, sRGB 0-1.
 * @property {number} [turn_deg] From where one looks: 0 the front, 90 the person's left side.
 */

const LIGHT_FROM = new THREE.Vector3(-0.52, 0.5, 0.86).normalize();
const SHADOW_SIZE = 512;
/** As a photographer would: darker skin gets more light, so that folds show as well. */
const EXPOSURE = { "medium-3": 1.02, "dark-1": 1.08, "dark-2": 1.25, "dark-3": 1.5 };

/** @type {Map<string, Promise<FacePack>>} */
const packs = new Map();

/**
 * The pack at an address, read once for all stages of a page.
 * @param {string} base
 * @returns {Promise<FacePack>}
 */
export function openPack(base) {
  let pack = packs.get(base);
  if (!pack) {
    pack = FacePack.load(base);
    pack.catch(() => packs.delete(base));
    packs.set(base, pack);
  }
  return pack;
}

export class FaceStage {
  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {StageOptions} [options]
   * @throws {Error} If the browser has no WebGL2.
   */
  constructor(canvas, options = {}) {
    this.canvas = canvas;
    this.options = { pack: "/faces/", turn_deg: 0, ...options };
    const context = /** @type {WebGL2RenderingContext | null} */ (
      canvas.getContext("webgl2", { antialias: true, alpha: false, preserveDrawingBuffer: true })
    );
    if (!context) throw new Error("This browser cannot draw faces: it has no WebGL2.");
    this.renderer = new THREE.WebGLRenderer({
      canvas: /** @type {HTMLCanvasElement} */ (canvas),
      context,
    });
    this.renderer.outputColorSpace = THREE.LinearSRGBColorSpace; // the shaders do it themselves
    this.renderer.autoClear = false;
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(16.8, 1, 1, 60);
    this.lightCamera = new THREE.OrthographicCamera(-1.9, 1.9, 1.9, -1.9, 1, 30);
    this.depth = new THREE.WebGLRenderTarget(SHADOW_SIZE, SHADOW_SIZE);
    this.depth.depthTexture = new THREE.DepthTexture(SHADOW_SIZE, SHADOW_SIZE);
    this.shared = this.#sharedUniforms();
    /** @type {{surface: Surface, geometry: THREE.BufferGeometry}[]} */
    this.moving = [];
    /** @type {{dispose(): void}[]} */
    this.owned = [];
    /** @type {FaceShape | null} */
    this.face = null;
    this.#addWall();
  }

  #sharedUniforms() {
    return {
      head: { value: new THREE.Matrix4() },
      lightView: { value: new THREE.Matrix4() },
      neckY: { value: 0 },
      eye: { value: new THREE.Vector3() },
      shadowMap: { value: this.depth.depthTexture },
      shadowTexel: { value: 1 / SHADOW_SIZE },
      exposure: { value: 0.94 },
    };
  }

  /**
   * Show another person.
   * @param {string} name
   * @returns {Promise<void>} When everything has arrived.
   * @throws {Error} If there is nobody of that name or a file is missing.
   */
  async load(name) {
    const pack = await openPack(/** @type {string} */ (this.options.pack));
    const identity = pack.identity(name);
    const shared = pack.index.textures;
    const files = {
      skin: identity.skin,
      iris: identity.iris,
      pores: shared.pores,
      fold0: shared.wrinkles[0],
      fold1: shared.wrinkles[1],
      fold2: shared.wrinkles[2],
      brows: `${identity.parts.brows.part}.webp`,
      lashes: `${identity.parts.lashes.part}.webp`,
      teeth: "teeth.webp",
      tongue: "tongue.webp",
    };
    const loaded = await Promise.all(
      Object.entries(files).map(async ([key, file]) => {
        const texture = await loadTexture(pack.base + file);
        if (key === "skin") texture.anisotropy = 2;
        if (key === "pores") texture.wrapS = texture.wrapT = THREE.RepeatWrapping;
        return /** @type {[string, THREE.Texture]} */ ([key, texture]);
      }),
    );
    this.#clear();
    /** @type {Textures} */
    const textures = /** @type {any} */ (Object.fromEntries(loaded));
    this.owned.push(...loaded.map(([, texture]) => texture));
    this.face = new FaceShape(pack, name);
    this.#build(this.face, textures);
    this.set({});
  }

  /**
   * @param {FaceShape} face
   * @param {Textures} textures
   */
  #build(face, textures) {
    const { identity, pack } = face;
    const eyeY = (identity.eyes.L[1] + identity.eyes.R[1]) / 2;
    this.eyeY = eyeY;
    this.shared.neckY.value = eyeY - 7.356;
    this.shared.exposure.value = EXPOSURE[/** @type {keyof typeof EXPOSURE} */ (identity.tone)] ?? 0.94;
    const extra = new Float32Array(4 * pack.head.vertices);
    [pack.array(identity.light), pack.inside, pack.shirt].forEach((bytes, channel) => {
      bytes.forEach((/** @type {number} */ byte, /** @type {number} */ k) => {
        extra[4 * k + channel] = byte / 255;
      });
    });
    this.folds = {
      foldL: { value: [0, 1, 2].map(() => new THREE.Vector4()) },
      foldR: { value: [0, 1, 2].map(() => new THREE.Vector4()) },
      folded: { value: 1 },
    };
    this.#mesh(face.head, extra, this.#material(SKIN, {
      skin: { value: textures.skin },
      pores: { value: textures.pores },
      fold0: { value: textures.fold0 },
      fold1: { value: textures.fold1 },
      fold2: { value: textures.fold2 },
      poreSize: { value: 0.55 + 0.6 * identity.old },
      aged: { value: identity.old },
      rigid: { value: 0 },
      ...this.folds,
    }));
    const [left, right] = [identity.eyes.L, identity.eyes.R].map((e) => new THREE.Vector4(...e));
    const hair = new THREE.Vector3(...identity.hair_colour);
    const card = { tinted: { value: 0 }, wet: { value: 1 }, deep: { value: 0 }, strength: { value: 1 } };
    const teeth = /** @type {Surface} */ (face.parts.get("teeth"));
    const front = Math.max(...teeth.rest.filter((_, k) => k % 3 === 2));
    /** @type {Record<string, [string, Record<string, {value: any}>, boolean]>} */
    const looks = {
      eyes: [EYE, { skin: { value: textures.iris }, centreL: { value: left }, centreR: { value: right } }, false],
      teeth: [CARD, { ...card, skin: { value: textures.teeth }, deep: { value: front }, tint: { value: hair } }, false],
      tongue: [CARD, { ...card, skin: { value: textures.tongue }, deep: { value: front }, tint: { value: hair }, wet: { value: 0.5 } }, false],
      brows: [CARD, { ...card, skin: { value: textures.brows }, tinted: { value: 1 }, wet: { value: 0.1 }, strength: { value: 1.0 },
        tint: { value: hair.clone().multiplyScalar(Math.min(0.8, 0.09 / Math.max(hair.x, 0.01))) } }, true],
      lashes: [CARD, { ...card, skin: { value: textures.lashes }, tinted: { value: 1 }, wet: { value: 0 }, strength: { value: 0.85 },
        tint: { value: new THREE.Vector3(0.012, 0.010, 0.009) } }, true],
    };
    for (const [role, [fragment, uniforms, cut]] of Object.entries(looks)) {
      const surface = /** @type {Surface} */ (face.parts.get(role));
      const material = this.#material(fragment, { rigid: { value: 1 }, ...uniforms });
      if (cut) {
        material.alphaToCoverage = true;
        material.side = THREE.DoubleSide;
      }
      this.#mesh(surface, null, material).userData.shadow = false;
    }
    this.#addHair(face);
  }

  /** @param {FaceShape} face */
  #addHair(face) {
    const { hair } = face.identity;
    const geometry = hairGeometry(face.pack, hair);
    const tint = new THREE.Vector3(...face.identity.hair_colour);
    const shine = hair.kind === "afro" || hair.kind === "buzz" ? 0.25 : 1;
    const material = this.#material(HAIR, {
      tint: { value: tint },
      width: { value: hair.width },
      shine: { value: shine },
      rigid: { value: 1 },
    }, HAIR_VERTEX);
    material.side = THREE.DoubleSide;
    material.alphaToCoverage = true;
    const mesh = new THREE.Mesh(geometry, material);
    mesh.frustumCulled = false;
    mesh.userData.shadow = hair.kind !== "buzz";
    mesh.userData.depth = this.#depthMaterial(HAIR_VERTEX, material);
    this.scene.add(mesh);
    this.owned.push(geometry);
  }

  /**
   * @param {Surface} surface
   * @param {Float32Array | null} extra
   * @param {THREE.RawShaderMaterial} material
   */
  #mesh(surface, extra, material) {
    const geometry = new THREE.BufferGeometry();
    const count = surface.part.vertices;
    const points = new THREE.BufferAttribute(surface.points, 3).setUsage(THREE.DynamicDrawUsage);
    const normals = new THREE.BufferAttribute(surface.normals, 3).setUsage(THREE.DynamicDrawUsage);
    geometry.setAttribute("position", points);
    geometry.setAttribute("normal", normals);
    geometry.setAttribute("uv", new THREE.BufferAttribute(surface.part.uv, 2));
    geometry.setAttribute("extra", new THREE.BufferAttribute(extra ?? new Float32Array(4 * count), 4));
    geometry.setIndex(new THREE.BufferAttribute(surface.part.faces, 1));
    const mesh = new THREE.Mesh(geometry, material);
    mesh.frustumCulled = false;
    mesh.userData.shadow = true;
    mesh.userData.depth = this.#depthMaterial(VERTEX, material);
    this.scene.add(mesh);
    this.moving.push({ surface, geometry });
    this.owned.push(geometry);
    return mesh;
  }

  /**
   * @param {string} fragment
   * @param {Record<string, {value: any}>} uniforms
   * @param {string} [vertex]
   */
  #material(fragment, uniforms, vertex = VERTEX) {
    const material = new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3,
      vertexShader: vertex,
      fragmentShader: fragment,
      uniforms: { ...this.shared, ...uniforms },
    });
    this.owned.push(material);
    return material;
  }

  /**
   * @param {string} vertex
   * @param {THREE.RawShaderMaterial} like Whose uniforms it shares.
   */
  #depthMaterial(vertex, like) {
    const material = new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3,
      vertexShader: vertex,
      fragmentShader: DEPTH,
      uniforms: like.uniforms,
      side: THREE.DoubleSide,
    });
    this.owned.push(material);
    return material;
  }

  #addWall() {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    const [r, g, b] = this.options.wall ?? [0.66, 0.69, 0.71];
    this.wall = new THREE.Mesh(geometry, new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3,
      vertexShader: WALL_VERTEX,
      fragmentShader: WALL,
      uniforms: { wall: { value: new THREE.Vector3(r, g, b) } },
      depthWrite: false,
    }));
    this.wall.frustumCulled = false;
    this.wall.renderOrder = -1;
    this.scene.add(this.wall);
  }

  /**
   * Give the face a shape and a pose.
   * @param {Record<string, number>} amplitudes By key (AU4L, AU17); 1.0 is the full displacement.
   * @param {Pose} [pose]
   */
  set(amplitudes, pose = {}) {
    const { face } = this;
    if (!face) return;
    face.set(amplitudes, pose);
    for (const { geometry } of this.moving) {
      for (const name of ["position", "normal"]) {
        /** @type {THREE.BufferAttribute} */ (geometry.getAttribute(name)).needsUpdate = true;
      }
    }
    foldWeights(face, amplitudes, /** @type {any} */ (this.folds));
    const rad = Math.PI / 180;
    const turn = new THREE.Euler(
      -(pose.pitch_deg ?? 0) * rad,
      (pose.yaw_deg ?? 0) * rad,
      -(pose.roll_deg ?? 0) * rad,
      "YXZ",
    );
    const pivot = new THREE.Vector3(0, (this.eyeY ?? 7.36) - 1.0, 0.15);
    const back = new THREE.Matrix4().makeTranslation(-pivot.x, -pivot.y, -pivot.z);
    this.shared.head.value
      .makeTranslation(pivot.x, pivot.y, pivot.z)
      .multiply(new THREE.Matrix4().makeRotationFromEuler(turn))
      .multiply(back);
  }

  /** Draw. */
  render() {
    const { canvas, renderer, camera } = this;
    const aspect = canvas.width / canvas.height;
    if (camera.aspect !== aspect) camera.aspect = aspect;
    renderer.setViewport(0, 0, canvas.width, canvas.height);
    const middle = new THREE.Vector3(0, (this.eyeY ?? 7.36) - 0.08, 0.25);
    const angle = ((this.options.turn_deg ?? 0) * Math.PI) / 180;
    camera.position.set(9.6 * Math.sin(angle), middle.y + 0.05, middle.z + 9.6 * Math.cos(angle));
    if (angle === 0) camera.position.x = 0;
    camera.lookAt(middle);
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    this.shared.eye.value.copy(camera.position);
    this.#castShadow(middle);
    renderer.setRenderTarget(null);
    renderer.clear(true, true, false);
    renderer.render(this.scene, camera);
  }

  /** @param {THREE.Vector3} middle */
  #castShadow(middle) {
    const { lightCamera, renderer, scene } = this;
    lightCamera.position.copy(middle).addScaledVector(LIGHT_FROM, 15);
    lightCamera.lookAt(middle);
    lightCamera.updateMatrixWorld();
    this.shared.lightView.value
      .copy(lightCamera.projectionMatrix)
      .multiply(lightCamera.matrixWorldInverse);
    const meshes = /** @type {THREE.Mesh[]} */ (scene.children);
    const kept = meshes.map(({ material, visible }) => ({ material, visible }));
    for (const mesh of meshes) {
      mesh.visible = Boolean(mesh.userData.shadow);
      if (mesh.userData.depth) mesh.material = mesh.userData.depth;
    }
    // The map must not be read while it is written.
    this.shared.shadowMap.value = /** @type {any} */ (null);
    renderer.setRenderTarget(this.depth);
    renderer.clear(true, true, false);
    renderer.render(scene, lightCamera);
    this.shared.shadowMap.value = /** @type {any} */ (this.depth.depthTexture);
    meshes.forEach((mesh, k) => Object.assign(mesh, kept[k]));
  }

  #clear() {
    for (const mesh of [...this.scene.children]) {
      if (mesh !== this.wall) this.scene.remove(mesh);
    }
    for (const thing of this.owned) thing.dispose();
    this.owned = [];
    this.moving = [];
  }

  /** Give the graphics memory back. */
  dispose() {
    this.#clear();
    this.depth.dispose();
    this.renderer.dispose();
    // A browser keeps only so many contexts; waiting for the collector would lose other faces.
    this.renderer.forceContextLoss();
  }
}

/**
 * @param {string} address
 * @returns {Promise<THREE.Texture>}
 */
async function loadTexture(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: cannot be read (${answer.status}).`);
  const image = await createImageBitmap(await answer.blob(), {
    imageOrientation: "flipY",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  });
  const texture = new THREE.Texture(image);
  texture.colorSpace = THREE.NoColorSpace;
  texture.flipY = false;
  texture.generateMipmaps = true;
  texture.minFilter = THREE.LinearMipmapLinearFilter;
  texture.needsUpdate = true;
  return texture;
}
