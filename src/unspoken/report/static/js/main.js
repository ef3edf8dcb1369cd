/* ---- the start ---- */
function reveal() {
  let target = null;
  try { target = byId(decodeURIComponent(location.hash.slice(1))); } catch (_) { /* not one of ours */ }
  const folded = target && target.closest("details:not([open])");
  if (folded) { folded.open = true; target.scrollIntoView(); }
}

function startPrinting() {
  for (const [id, all] of [["print-summary", false], ["print-all", true]]) {
    const button = byId(id);
    if (button) button.onclick = () => { document.documentElement.classList.toggle("print-all", all); print(); };
  }
  byId("printing").hidden = false;
  const more = document.querySelector("#moments .more");
  addEventListener("beforeprint", () => { if (more?.querySelector(".pick")) more.open = true; if (document.documentElement.classList.contains("print-all")) document.querySelectorAll("details").forEach((d) => { d.open = true; }); });
  addEventListener("afterprint", () => document.documentElement.classList.remove("print-all"));
}

async function startWatching() {
  view.whole = { a: data.start, b: data.end };
  Object.assign(state, view.whole);
  startTimeline(); startNow(); startJudgements(); startFilters(); startKeys();
  document.addEventListener("click", (ev) => { const go = ev.target.closest("[data-go]"); if (go) goTo(go.dataset.go); });
  document.querySelectorAll("#timeline .tools").forEach((tools) => { tools.hidden = false; });
  const [frames, ...tracks] = await Promise.all([data.frames ? unpackTimes(data.frames) : null, ...data.tracks.map(unpack)]);
  view.frames = frames;
  view.tracks.push(...tracks);
  choose();
  startPlayer();
  window.unspokenTimeline.paint();
}

addEventListener("hashchange", reveal);
reveal();
startPrinting();
startTable();
startLoops();
if (data && byId("tl")) startWatching();
