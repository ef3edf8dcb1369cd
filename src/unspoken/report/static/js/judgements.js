/* ---- what a person says about each moment: kept in this browser, saved as judgements.json ---- */
const VERDICTS = [["agree", "Agree"], ["disagree", "Disagree"], ["cannot_tell", "Can’t tell"]];
const judged = new Map();
const keepAs = data ? "unspoken:judgements:" + data.judging.sha256 : "";
const verdictOf = (id) => judged.get(id)?.verdict ?? "";

function remember() {
  try { localStorage.setItem(keepAs, JSON.stringify({ by: byId("j-by").value, judged: [...judged.values()] })); }
  catch (_) { byId("j-state").textContent = "This browser keeps nothing for this page: save before you close it."; }
}

function accept(item) {
  const event = eventById(item.event_id);
  if (!event || Math.abs(event.t[1] - item.apex_s) > 0.002 || !["", ...VERDICTS.map((v) => v[0])].includes(item.verdict)) return false;
  const held = judged.get(item.event_id);
  if (!held || String(held.decided_at) < String(item.decided_at)) judged.set(item.event_id, item);
  return true;
}

function change(id, facts) {
  const event = eventById(id), before = judged.get(id) ?? { verdict: "", note: "" };
  const now = { event_id: id, moment_id: event.moment ?? id, apex_s: event.t[1], verdict: before.verdict, note: before.note, ...facts, by: byId("j-by").value.trim(), decided_at: new Date().toISOString() };
  judged.set(id, now);
  remember();
  refresh(id);
  view.draw();
}
const setVerdict = (id, verdict) => change(id, { verdict: verdictOf(id) === verdict ? "" : verdict });

/* The buttons and the note of one event; the same in its card and beside the player. */
function judgeBox(id) {
  const box = make("div", { class: "judge", role: "group", "aria-label": `Your judgement of event ${id}`, "data-judge": id });
  for (const [key, text] of VERDICTS) box.append(make("button", { type: "button", "data-verdict": key, text, onclick: () => setVerdict(id, key) }));
  box.append(make("input", { type: "text", maxlength: "500", placeholder: "Note", "aria-label": `Note on event ${id}`, onchange: (ev) => change(id, { note: ev.target.value }) }));
  return box;
}

function refresh(id) {
  for (const box of document.querySelectorAll(id ? `[data-judge="${CSS.escape(id)}"]` : "[data-judge]")) {
    const held = judged.get(box.dataset.judge);
    for (const b of box.querySelectorAll("button")) b.setAttribute("aria-pressed", String(held?.verdict === b.dataset.verdict));
    const note = box.querySelector("input");
    if (document.activeElement !== note) note.value = held?.note ?? "";
  }
  const asked = data.events.filter((e) => e.kind !== "blink").length, done = [...judged.values()].filter((j) => j.verdict).length;
  byId("j-count").textContent = `${done} of ${asked} judged`;
}

function judgementsText() {
  const judgements = [...judged.values()].filter((j) => j.verdict || j.note).sort((p, q) => p.apex_s - q.apex_s);
  return JSON.stringify({ schema: "unspoken.judgements", schema_version: 1, source_sha256: data.judging.sha256, judgements }, null, 1) + "\n";
}

async function saveJudgements() {
  const say = byId("j-state"), blob = new Blob([judgementsText()], { type: "application/json" });
  if (window.showSaveFilePicker) {
    try {
      const handle = await window.showSaveFilePicker({ suggestedName: "judgements.json", types: [{ description: "Judgements", accept: { "application/json": [".json"] } }] });
      const file = await handle.createWritable();
      await file.write(blob);
      await file.close();
      say.textContent = `Saved as ${handle.name}.`;
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  const link = make("a", { href: URL.createObjectURL(blob), download: "judgements.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say.textContent = "Downloaded. Put it beside the result with: " + data.judging.command;
}

async function mergeJudgements(file) {
  const say = byId("j-state");
  let found = null;
  try { found = JSON.parse(await file.text()); } catch (_) { /* told below */ }
  if (found?.schema !== "unspoken.judgements" || !Array.isArray(found.judgements)) { say.textContent = `${file.name} holds no judgements.`; return; }
  if (found.source_sha256 !== data.judging.sha256) { say.textContent = `${file.name} was made for another recording.`; return; }
  const taken = found.judgements.filter(accept).length;
  remember(); refresh(); view.draw();
  say.textContent = `${taken} of ${found.judgements.length} judgements read; where both had one, the later stands.`;
}

function startJudgements() {
  const by = byId("j-by");
  data.judging.present.forEach(accept);
  try {
    const kept = JSON.parse(localStorage.getItem(keepAs) ?? "null");
    if (kept) { by.value = kept.by ?? ""; kept.judged.forEach(accept); }
  } catch (_) { /* nothing was kept, or nothing may be */ }
  for (const card of document.querySelectorAll("article.card")) card.querySelector(".told").append(judgeBox(card.id.slice(2)));
  by.onchange = remember;
  byId("j-save").onclick = saveJudgements;
  byId("j-file").onchange = (ev) => { if (ev.target.files[0]) mergeJudgements(ev.target.files[0]); };
  byId("judging").hidden = !data.events.some((e) => e.kind !== "blink");
  refresh();
}

let boxed = null;
/* Beside the player: the moment under the playhead. */
function showMoment(event) {
  const place = byId("now-moment");
  if (event?.id === boxed) return;
  boxed = event?.id ?? null;
  if (!event) { place.replaceChildren(); return; }
  const parts = [make("p", { class: "what" }, make("b", { text: event.title }), " ", make("small", { text: event.units }))];
  if (event.reading) parts.push(make("p", { text: event.reading }));
  for (const [name, strength, response] of event.signals ?? []) parts.push(make("p", { class: "sig" }, make("b", { text: name }), ` strength ${strength.toFixed(2)}. `, response));
  if (byId("e-" + event.id)) parts.push(make("p", {}, make("a", { href: "#e-" + event.id, text: "Key frames and details" })));
  parts.push(judgeBox(event.id));
  place.replaceChildren(...parts);
  refresh(event.id);
}
