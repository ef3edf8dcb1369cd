// @ts-check
/** Questions with the mouse or the keyboard: numbered choices, and a moment on a line. */

/**
 * An element with text.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [text]
 * @param {string} [className]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/**
 * Ask one question.
 * @template T
 * @param {HTMLElement} place
 * @param {string} question
 * @param {[T, string, string?][]} choices Value, word, and what it stands for; keys 1, 2, 3 ... answer.
 * @param {string} [help] What the choices mean.
 * @returns {Promise<T>}
 */
export function choose(place, question, choices, help = "") {
  return new Promise((resolve) => {
    const list = element("div", "", "choices");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", question);
    const keys = new AbortController();
    const done = (/** @type {T} */ value) => {
      keys.abort();
      place.replaceChildren();
      resolve(value);
    };
    choices.forEach(([value, word, stands], i) => {
      const button = element("button");
      button.type = "button";
      button.append(element("kbd", String(i + 1)), ` ${word} `);
      if (stands) button.append(dot(), `\u00a0${stands.replaceAll(" ", "\u00a0")}`);
      button.addEventListener("click", () => done(value));
      list.append(button);
    });
    document.addEventListener("keydown", (event) => {
      const choice = choices[Number(event.key) - 1];
      if (!choice || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      event.preventDefault();
      done(choice[0]);
    }, { signal: keys.signal });
    place.replaceChildren(element("h2", question), list);
    if (!help) return;
    const note = Object.assign(element("p", help, "hint"), { id: "choices-help" });
    list.setAttribute("aria-describedby", note.id);
    list.after(note);
  });
}

/** Between two words, for the eye alone: read aloud it would be "middle dot". */
function dot() {
  const made = element("span", "\u00b7");
  made.setAttribute("aria-hidden", "true");
  return made;
}

/**
 * Ask for a moment.
 * @param {HTMLElement} place
 * @param {number} seconds How long the scene was.
 * @param {(time: number) => void} onMove Called while the learner looks for it.
 * @returns {Promise<number>} Seconds.
 */
export function chooseMoment(place, seconds, onMove) {
  return new Promise((resolve) => {
    const line = element("input");
    Object.assign(line, { type: "range", min: "0", max: String(seconds), step: "0.05" });
    line.value = String(seconds / 2);
    line.setAttribute("aria-label", "Moment in seconds");
    const said = element("output");
    const say = () => {
      said.textContent = `${Number(line.value).toFixed(2)} s`;
      onMove(Number(line.value));
    };
    const button = element("button", "Here", "main");
    button.type = "button";
    const done = () => {
      place.replaceChildren();
      resolve(Number(line.value));
    };
    button.addEventListener("click", done);
    line.addEventListener("input", say);
    line.addEventListener("keydown", (event) => {
      if (event.key === "Enter") done();
    });
    const row = element("div", "", "row");
    row.append(said, button);
    place.replaceChildren(element("h2", "When was it? Arrow keys move, Enter chooses."), line, row);
    said.textContent = `${Number(line.value).toFixed(2)} s`;
    line.focus();
  });
}

/**
 * Wait for Enter, or a click on a button; other keys may do something meanwhile.
 * @param {HTMLElement} place
 * @param {string} word
 * @param {Record<string, [string, () => void]>} [others] By key: the word on its button, what it does.
 * @returns {Promise<void>}
 */
export function goOn(place, word, others = {}) {
  return new Promise((resolve) => {
    const keys = new AbortController();
    const row = element("div", "", "row");
    const button = element("button", word, "main");
    button.type = "button";
    const done = () => {
      keys.abort();
      row.remove();
      resolve();
    };
    button.addEventListener("click", done);
    row.append(button);
    for (const [key, [text, act]] of Object.entries(others)) {
      const other = element("button");
      other.type = "button";
      other.append(element("kbd", key.toUpperCase()), ` ${text}`);
      other.addEventListener("click", act);
      row.append(other);
    }
    document.addEventListener("keydown", (event) => {
      const other = others[event.key.toLowerCase()];
      if (other && !event.ctrlKey && !event.metaKey && !event.altKey) other[1]();
      else if (event.key === "Enter" && !(event.target instanceof Element && event.target.closest("button, a"))) done();
    }, { signal: keys.signal });
    place.append(row);
    button.focus({ preventScroll: true });
  });
}
