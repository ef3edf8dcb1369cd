// @ts-check
/**
 * Answers on their way to the server. They lie in localStorage until the server has confirmed them,
 * so neither a lost connection nor a closed tab loses one. Sending twice does no harm.
 */

/** @typedef {Record<string, unknown> & {id: string}} Answer */
/** @typedef {{block: string, answer: Answer}} Entry */

const KEY = "unspoken-outbox";

export class Outbox {
  /** @returns {Entry[]} */
  entries() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return [];
    }
  }

  /** @param {Entry[]} entries */
  #keep(entries) {
    if (entries.length) localStorage.setItem(KEY, JSON.stringify(entries));
    else localStorage.removeItem(KEY);
  }

  /** @param {string} block @param {Answer} answer */
  add(block, answer) {
    this.#keep([...this.entries(), { block, answer }]);
  }

  clear() {
    localStorage.removeItem(KEY);
  }

  /**
   * Send everything that waits.
   * @returns {Promise<void>} Rejects while the server cannot be reached; nothing is lost then.
   */
  async flush() {
    for (const block of new Set(this.entries().map((entry) => entry.block))) {
      const answers = this.entries().filter((e) => e.block === block).map((e) => e.answer);
      const sent = new Set(answers.map((answer) => answer.id));
      const reply = await fetch(`/api/academy/blocks/${block}/answers`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ answers }),
      });
      // 400: the block was deleted. Anything else that is not success is tried again later.
      if (!reply.ok && reply.status !== 400) throw new Error(`The server said ${reply.status}.`);
      this.#keep(this.entries().filter((e) => e.block !== block || !sent.has(e.answer.id)));
    }
  }
}
