// @ts-check
/**
 * Begins the painter's worker where pages are opened as files: browsers load no module from there. The
 * page sends the modules' texts and the face pack; files are read from what was sent, and from
 * nowhere else.
 */
"use strict";

/** @typedef {{modules: [string, string][], files: Record<string, string>}} Sent Files as base64; pack.bin compressed. */

/** @param {string} text */
function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** @param {Record<string, string>} files */
function readFrom(files) {
  return async (/** @type {unknown} */ address) => {
    const name = String(address).split("/").pop() ?? "";
    const text = files[name];
    if (text === undefined) return new Response(null, { status: 404 });
    const bytes = bytesOf(text);
    if (!name.endsWith(".bin")) return new Response(bytes);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
  };
}

addEventListener("message", async ({ data }) => {
  const { modules, files } = /** @type {Sent} */ (data);
  try {
    globalThis.fetch = readFrom(files);
    /** @type {Record<string, string>} */
    const at = {};
    let last = "";
    for (const [name, text] of modules) {
      // Those that are imported come first, so their addresses are known.
      const placed = text.replace(/(from )"([\w.-]+\.js)"/g, (all, from, other) => (at[other] ? `${from}"${at[other]}"` : all));
      last = at[name] = URL.createObjectURL(new Blob([placed], { type: "text/javascript" }));
    }
    await import(last);
    postMessage({ started: true });
  } catch (error) {
    postMessage({ started: false, error: error instanceof Error ? error.message : String(error) });
  }
}, { once: true });
