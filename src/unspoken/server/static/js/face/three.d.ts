/** What the type checker knows of the drawing library: its published types. */
export * from "three";
