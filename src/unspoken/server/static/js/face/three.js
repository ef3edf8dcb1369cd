/** The drawing library, from the copy that ships with the package. */
export * from "../../vendor/three/three.module.js";
