// @ts-check
/** A lesson in a folder that was exported: faces are clips, and no answer is kept. */

import { setUpCheck } from "./checks.js";
import { ClipPlayer } from "./clip-player.js";
import { SceneView } from "./scene-view.js";
import { Voice } from "./voice.js";

/**
 * @typedef {object} OfflineData
 * @property {Record<string, import("./scene-view.js").SceneData>} scenes
 * @property {Record<string, [number, number, string][]>} captions Of videos, by their address.
 */
const data = /** @type {OfflineData} */ (
  JSON.parse(document.getElementById("lesson-data")?.textContent ?? "{}")
);

const box = /** @type {HTMLInputElement | null} */ (document.getElementById("read-aloud"));
const voice = new Voice(box, document.getElementById("voice-note"));

for (const [id, scene] of Object.entries(data.scenes)) {
  const figure = document.getElementById(id);
  const picture = /** @type {HTMLElement | null} */ (figure?.querySelector(".picture"));
  if (!figure || !picture || !scene.clip) continue;
  new SceneView(figure, scene, new ClipPlayer(picture, scene.clip), voice).start();
}
for (const section of document.querySelectorAll("section.check")) {
  setUpCheck(/** @type {HTMLElement} */ (section), async () => {});
}
// Browsers load no caption files beside a page that was opened as a file, so captions are in it.
for (const video of document.querySelectorAll("video[data-captions]")) {
  const found = data.captions[/** @type {HTMLElement} */ (video).dataset.captions ?? ""] ?? [];
  const track = /** @type {HTMLVideoElement} */ (video).addTextTrack("captions", "Captions", "en");
  track.mode = "showing";
  for (const [start, end, words] of found) track.addCue(new VTTCue(start, end, words));
}
document.body.dataset.ready = "yes";
