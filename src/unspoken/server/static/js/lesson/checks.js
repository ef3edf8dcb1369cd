/** Checks of understanding: one choice, an answer at once, and why. */

/**
 * @param {HTMLElement} section
 * @param {(key: string, choice: string) => Promise<void>} keep Keeps the answer, wherever that is.
 */
export function setUpCheck(section, keep) {
  const button = /** @type {HTMLButtonElement} */ (section.querySelector("button.answer"));
  const reply = /** @type {HTMLElement} */ (section.querySelector(".reply"));
  const why = /** @type {HTMLTemplateElement} */ (section.querySelector("template"));
  const { key = "", answer = "" } = section.dataset;
  const chosen = () => /** @type {HTMLInputElement | null} */ (section.querySelector(".choice input:checked"));

  const tell = (/** @type {string} */ choice) => {
    const right = choice === answer;
    const said = document.createElement("p");
    said.className = `said ${right ? "right" : "wrong"}`;
    const end = /[.!?]["”]?$/.test(answer) ? "" : ".";
    said.textContent = right ? "Right." : `Not this one. The answer is: ${answer}${end}`;
    reply.replaceChildren(said, why.content.cloneNode(true));
    section.dataset.state = right ? "right" : "wrong";
  };

  const before = chosen();
  if (before) tell(before.value);
  section.addEventListener("change", (event) => {
    // The face of a question has a choice of its own: its speed.
    if (!(/** @type {HTMLElement} */ (event.target).closest(".choice"))) return;
    reply.replaceChildren();
    section.dataset.state = "open";
  });
  button.addEventListener("click", async () => {
    const choice = chosen()?.value;
    if (choice === undefined) {
      reply.textContent = "Choose one of the answers first.";
      return;
    }
    tell(choice);
    try {
      await keep(key, choice);
    } catch (error) {
      const note = document.createElement("p");
      note.className = "alert";
      note.textContent = `Your answer was not kept. ${error instanceof Error ? error.message : error}`;
      reply.append(note);
    }
  });
}
