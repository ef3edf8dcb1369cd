/**
 * Captions read aloud by the browser's own voices, if the learner wants it. Only voices that speak
 * on this computer: others would send the words to somebody.
 */

export class Voice {
  /**
   * @param {HTMLInputElement | null} box Off when the page opens.
   * @param {HTMLElement | null} note
   */
  constructor(box, note) {
    this.box = box;
    this.note = note;
    /** @type {SpeechSynthesis | undefined} */
    this.synthesis = globalThis.speechSynthesis;
    /** @type {Promise<void> | null} */
    this.spoken = null;
    if (!box || !this.synthesis) return;
    box.checked = false;
    const row = /** @type {HTMLElement | null} */ (box.closest(".lesson-voice"));
    if (row) row.hidden = false;
    this.look();
    this.synthesis.addEventListener("voiceschanged", () => this.look());
    box.addEventListener("change", () => this.stop());
  }

  /** @returns {SpeechSynthesisVoice | undefined} */
  get voice() {
    const language = document.documentElement.lang || "en";
    const own = (this.synthesis?.getVoices() ?? []).filter((voice) => voice.localService);
    return own.find((voice) => voice.lang.startsWith(language));
  }

  look() {
    if (!this.box || !this.note) return;
    this.box.disabled = !this.voice;
    this.note.textContent = this.voice
      ? "With a voice of this computer; nothing is sent anywhere."
      : "This browser has no English voice of its own.";
  }

  get speaking() {
    return this.spoken !== null;
  }

  /** @returns {Promise<void>} When the words are said, or at once. */
  finished() {
    return this.spoken ?? Promise.resolve();
  }

  /** @param {string} words */
  say(words) {
    this.stop();
    const { synthesis, voice } = this;
    if (!synthesis || !voice || !this.box?.checked || !words) return;
    const speech = new SpeechSynthesisUtterance(words);
    speech.voice = voice;
    speech.lang = voice.lang;
    const spoken = new Promise((done) => {
      speech.addEventListener("end", done);
      speech.addEventListener("error", done);
    }).then(() => {
      if (this.spoken === spoken) this.spoken = null;
    });
    this.spoken = spoken;
    synthesis.speak(speech);
  }

  stop() {
    this.spoken = null;
    this.synthesis?.cancel();
  }
}
