/* ---- keys: the same everywhere on the page, but the arrows belong to what has the focus ---- */
function startKeys() {
  const area = byId("tl-area");
  const nudge = (d) => moveCursor((state.cursor ?? view.whole.a) + d, { keep: true });
  const rate = (d) => player.setRate(RATES[clamp(RATES.indexOf(player.rate) + d, 0, RATES.length - 1)]);
  const judge = (verdict) => { const e = state.cursor === null ? null : eventAt(state.cursor); if (e && e.kind !== "blink") setVerdict(e.id, verdict); };
  const anywhere = {
    " ": () => player.toggle(), n: () => neighbour(1), j: () => neighbour(1), p: () => neighbour(-1), k: () => neighbour(-1),
    ",": () => stepFrame(-1), ".": () => stepFrame(1), "[": () => rate(-1), "]": () => rate(1),
    l: () => { const e = state.cursor === null ? null : eventAt(state.cursor); if (e) player.slow(e); },
    a: () => judge("agree"), d: () => judge("disagree"), c: () => judge("cannot_tell"),
  };
  for (let i = 1; i <= 9; i++) anywhere[i] = () => { const id = data.top[i - 1]; if (id) goTo(id); };
  const span = () => state.b - state.a;
  const timeline = {
    arrowleft: (ev) => ev.shiftKey ? stepFrame(-1) : pan(-0.2), arrowright: (ev) => ev.shiftKey ? stepFrame(1) : pan(0.2),
    "+": () => zoomAtCursor(0.6), "=": () => zoomAtCursor(0.6), "-": () => zoomAtCursor(1 / 0.6), _: () => zoomAtCursor(1 / 0.6),
    0: () => setView(view.whole.a, view.whole.b), home: () => setView(view.whole.a, view.whole.a + span()), end: () => setView(view.whole.b - span(), view.whole.b),
  };
  const stage = { arrowleft: () => nudge(-1), arrowright: () => nudge(1) };
  document.addEventListener("keydown", (ev) => {
    if (ev.ctrlKey || ev.metaKey || ev.altKey || !view.track) return;
    const on = ev.target;
    if (on.closest("input, textarea, select") || (ev.key === " " && on.closest("button, summary, a"))) return;
    const name = ev.key.toLowerCase();
    const single = byId("keys-on").checked || on === area || on.closest("#stage");
    const act = on === area && timeline[name] || on.closest("#stage") && stage[name] || (on === area || ev.key !== " " || on === document.body || on.closest("#stage")) && single && anywhere[name];
    if (!act) return;
    act(ev);
    ev.preventDefault();
  });
}
