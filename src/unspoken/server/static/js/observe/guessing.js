// @ts-check
/** Asks of every mark what it may mean, and how sure one is; by keyboard or pointer. */

/** @typedef {{t_s: number, guess: string, confidence: number}} Said */
/** @typedef {{clock: string, step: string, lines: {speaker: string, text: string}[]}} Words */

/**
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [name]
 */
function made(tag, text = "", name = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

/**
 * One question; answered with a digit or a button. Backspace goes back.
 * @template T
 * @param {HTMLElement} root
 * @param {string} question
 * @param {[T, string][]} choices
 * @param {boolean} first
 * @returns {Promise<T | null>} null to go back.
 */
function choice(root, question, choices, first) {
  return new Promise((done) => {
    const stop = new AbortController();
    const end = (/** @type {T | null} */ answer) => {
      stop.abort();
      done(answer);
    };
    const list = made("div", "", "choices");
    choices.forEach(([value, word], k) => {
      const button = made("button", "", "choice");
      button.append(made("kbd", String(k + 1)), ` ${word}`);
      button.addEventListener("click", () => end(value), { signal: stop.signal });
      list.append(button);
    });
    const parts = [made("h3", question), list];
    if (!first) {
      const back = made("button", "Back");
      back.addEventListener("click", () => end(null), { signal: stop.signal });
      parts.push(back);
    }
    root.replaceChildren(...parts);
    addEventListener(
      "keydown",
      (event) => {
        if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
        const found = choices[Number(event.key) - 1];
        if (found) end(found[0]);
        else if (event.key === "Backspace" && !first) end(null);
      },
      { signal: stop.signal },
    );
  });
}

/**
 * @param {HTMLElement} root
 * @param {{marks: number[], guesses: [string, string][], confidence: [number, string][], words: (time: number) => Words}} about
 * @returns {Promise<Said[]>}
 */
export async function asked(root, { marks, guesses, confidence, words }) {
  /** @type {Said[]} */
  const said = [];
  const head = made("div", "", "about");
  const body = made("div");
  head.setAttribute("aria-live", "polite");
  root.replaceChildren(head, body);
  while (said.length < marks.length) {
    const time = /** @type {number} */ (marks[said.length]);
    const { clock, step, lines } = words(time);
    const told = [made("h2", `Mark ${said.length + 1} of ${marks.length}, at ${clock}`)];
    if (step) told.push(made("p", `Step: ${step}`, "hint"));
    for (const { speaker, text } of lines) {
      told.push(made("blockquote", speaker ? `${speaker}: ${text}` : text));
    }
    head.replaceChildren(...told);
    const guess = await choice(body, "What may it have been?", guesses, said.length === 0);
    if (guess === null) {
      said.pop();
      continue;
    }
    const sure = await choice(body, "How sure are you?", confidence, false);
    if (sure !== null) said.push({ t_s: time, guess, confidence: sure });
  }
  return said;
}
