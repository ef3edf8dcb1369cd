// @ts-check
/** A lesson in the academy: faces drawn on the spot, answers kept by the server on this machine. */

import { setUpCheck } from "./checks.js";
import { LivePlayer, Studio } from "./live-player.js";
import { SceneView } from "./scene-view.js";
import { Voice } from "./voice.js";

const data = /** @type {{name: string, scenes: Record<string, import("./scene-view.js").SceneData>}} */ (
  JSON.parse(document.getElementById("lesson-data")?.textContent ?? "{}")
);

/**
 * @param {string} question
 * @param {string} choice
 */
async function keep(question, choice) {
  const answer = await fetch(`/api/academy/lessons/${data.name}/answers`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ question, choice }),
  });
  if (answer.ok) return;
  const told = await answer.json().catch(() => ({}));
  throw new Error(told.message ?? `The server answered ${answer.status}.`);
}

const box = /** @type {HTMLInputElement | null} */ (document.getElementById("read-aloud"));
const voice = new Voice(box, document.getElementById("voice-note"));
const studio = new Studio("/faces/");
/** @type {Map<Element, SceneView>} */
const views = new Map();

for (const [id, scene] of Object.entries(data.scenes)) {
  const figure = document.getElementById(id);
  const canvas = figure?.querySelector("canvas");
  if (!figure || !canvas || !scene.film) continue;
  views.set(figure, new SceneView(figure, scene, new LivePlayer(studio, canvas, scene.film), voice));
}
// Faces are drawn when they come near the window: a lesson opens at once.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      views.get(target)?.start();
    }
  },
  { rootMargin: "300px" },
);
for (const figure of views.keys()) near.observe(figure);

for (const section of document.querySelectorAll("section.check")) {
  setUpCheck(/** @type {HTMLElement} */ (section), keep);
}
document.body.dataset.ready = "yes";
