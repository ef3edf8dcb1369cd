// @ts-check
/**
 * Answers on their way to the server. They lie in localStorage until the server has confirmed them,
 * so neither a lost connection nor a closed tab loses one. Sending twice does no harm.
 */

/** @typedef {Record<string, unknown> & {id: string}} Answer */
/** @typedef {{block: string, answer: Answer}} Entry */

/** @typedef {Entry & {why: string}} Refused */

const KEY = "unspoken-outbox";
const ASIDE = "unspoken-refused";

export class Outbox {
  /** @returns {Entry[]} */
  entries() {
    return read(KEY);
  }

  /** @returns {Refused[]} Answers that the server will never take, set aside so that others get through. */
  refused() {
    return read(ASIDE);
  }

  /** @param {string} block @param {Answer} answer */
  add(block, answer) {
    keep(KEY, [...this.entries(), { block, answer }]);
  }

  clear() {
    localStorage.removeItem(KEY);
    this.forget();
  }

  /** Those set aside were told of. */
  forget() {
    localStorage.removeItem(ASIDE);
  }

  /**
   * Send everything that waits.
   * @returns {Promise<void>} Rejects while the server cannot be reached; nothing is lost then.
   */
  async flush() {
    for (const block of new Set(this.entries().map((entry) => entry.block))) {
      const answers = this.entries().filter((e) => e.block === block).map((e) => e.answer);
      if ((await send(block, answers)) === null) this.#done(block, answers);
      else for (const answer of answers) await this.#alone(block, answer);
    }
  }

  /**
   * One of several is refused: each goes for itself, so that it holds up none of the others.
   * @param {string} block
   * @param {Answer} answer
   */
  async #alone(block, answer) {
    const why = await send(block, [answer]);
    if (why !== null) {
      const others = this.refused().filter((e) => e.answer.id !== answer.id);
      keep(ASIDE, [...others, { block, answer, why }]);
    }
    this.#done(block, [answer]);
    if (why !== null) dispatchEvent(new Event("unspoken-refused"));
  }

  /** @param {string} block @param {Answer[]} answers */
  #done(block, answers) {
    const sent = new Set(answers.map((answer) => answer.id));
    keep(KEY, this.entries().filter((e) => e.block !== block || !sent.has(e.answer.id)));
  }
}

/**
 * @param {string} block
 * @param {Answer[]} answers
 * @returns {Promise<string | null>} Why they are refused; null when they were taken.
 */
async function send(block, answers) {
  const reply = await fetch(`/api/academy/blocks/${block}/answers`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ answers }),
  });
  if (reply.status === 422) {
    const found = await reply.json().catch(() => ({}));
    return found.message ?? "The server gave no reason.";
  }
  // 400: the block was deleted. Anything else that is not success is tried again later.
  if (!reply.ok && reply.status !== 400) throw new Error(`The server said ${reply.status}.`);
  return null;
}

/** @param {string} key @returns {any[]} */
function read(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

/** @param {string} key @param {unknown[]} entries */
function keep(key, entries) {
  if (entries.length) localStorage.setItem(key, JSON.stringify(entries));
  else localStorage.removeItem(key);
}
