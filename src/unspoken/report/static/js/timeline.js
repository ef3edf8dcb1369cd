/* ---- the timeline: painting, reading values, keys and pointers ---- */
function niceStep(span, most) {
  for (const s of [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]) if (span / s <= most) return s;
  return 7200;
}

function startTimeline() {
  const area = byId("tl-area"), main = byId("tl-main"), over = byId("tl-over"), mini = byId("tl-mini");

  let pending = false;
  view.draw = () => { if (!pending) { pending = true; requestAnimationFrame(() => { pending = false; paint(); }); } };

  function paint() {
    if (!view.track) return;
    view.width = area.clientWidth;
    view.left = view.width < 560 ? 62 : 176;
    const under = view.rowsTop + view.rows.length * view.rowHigh;
    view.height = under + view.artefactKinds.length * ARTEFACT + 8;
    const g = surface(main, view.width, view.height);
    measure();
    g.save();
    g.beginPath(); g.rect(view.left, 0, inner(), view.height); g.clip();
    paintGaps(g); paintHidden(g); paintEventRows(g);
    g.restore();
    paintAxis(g);
    paintRowNames(g);
    if (state.display === "bands") paintBands(g); else paintLines(g);
    paintLanes(g);
    paintArtefacts(g, under + 4);
    paintMini(); paintCursor();
    byId("tl").dataset.ready ??= Math.round(performance.now());
  }
  window.unspokenTimeline = { state, view, paint };

  function paintAxis(g) {
    const { colour, left, width } = view, step = niceStep(state.b - state.a, Math.max(2, inner() / 92));
    g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle"; g.textAlign = "center";
    for (let i = Math.ceil(state.a / step); i * step <= state.b; i++) {
      const px = xOf(i * step);
      g.strokeStyle = colour.line; g.beginPath(); g.moveTo(px, AXIS - 5); g.lineTo(px, view.height); g.globalAlpha = 0.55; g.stroke(); g.globalAlpha = 1;
      g.fillStyle = colour.soft;
      if (px > left + 14 && px < width - 26) g.fillText(clock(i * step, step < 0.1 ? 2 : step < 1 ? 1 : 0), px, 11);
    }
    g.strokeStyle = colour.line;
    g.beginPath(); g.moveTo(0, AXIS - 0.5); g.lineTo(width, AXIS - 0.5); g.stroke();
    g.textAlign = "left"; g.fillStyle = colour.soft;
    if (state.display === "lines") g.fillText((left > 100 ? "row height " : "") + Math.round(100 * (state.scale || view.fit.usual)) + " %", 12, 12);
  }

  function paintMini() {
    const { colour, left, width, track, whole } = view, h = 40, g = surface(mini, width, h), span = whole.b - whole.a;
    const mx = (t) => left + ((t - whole.a) / span) * inner();
    g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle"; g.fillStyle = colour.soft; g.fillText(left > 100 ? "Whole recording" : "Whole", 12, h / 2);
    g.fillStyle = colour.wash; g.fillRect(left, 8, inner(), h - 16);
    g.fillStyle = colour.accent; g.globalAlpha = 0.22;
    let from = null;
    const jump = Math.max(1, Math.floor(track.n / 4000));
    for (let i = 0; i < track.n; i += jump) {
      const good = track.gap[i] === 0;
      if (good && from === null) from = track.times[i];
      if (!good && from !== null) { g.fillRect(mx(from), h - 12, mx(track.times[i]) - mx(from), 4); from = null; }
    }
    if (from !== null) g.fillRect(mx(from), h - 12, mx(track.times[track.n - 1]) - mx(from), 4);
    g.globalAlpha = 1;
    for (const e of view.events) if (e.kind !== "blink") { g.fillStyle = colour[e.kind]; g.fillRect(mx(e.t[1]) - 1, e.kind === "micro" ? 8 : 14, 2, e.kind === "micro" ? 18 : 12); }
    const a = mx(state.a), b = Math.max(a + 4, mx(state.b));
    g.strokeStyle = colour.ink; g.lineWidth = 1.5; g.strokeRect(a, 5, b - a, h - 10); g.lineWidth = 1;
  }

  function paintCursor() {
    const { colour, left, width, height, track } = view, g = surface(over, width, height);
    if (state.cursor === null) return;
    const px = xOf(state.cursor);
    if (px < left || px > width) return;
    g.strokeStyle = colour.ink; g.lineWidth = 1.5; g.beginPath(); g.moveTo(px, AXIS - 6); g.lineTo(px, height); g.stroke(); g.lineWidth = 1;
    g.font = "600 11px system-ui, sans-serif";
    const text = clock(state.cursor), w = g.measureText(text).width + 10, at = clamp(px - w / 2, left, width - w - 2);
    g.fillStyle = colour.ink; g.fillRect(at, 1, w, 18);
    g.fillStyle = colour.card; g.textBaseline = "middle"; g.textAlign = "left"; g.fillText(text, at + 5, 10.5);
    const i = sampleAt(state.cursor);
    if (i === null || track.bin > 1 || state.display === "bands") return;
    view.rows.forEach((row, r) => row.keys.forEach((k, s) => {
      const v = track.keys[k].low[i], top = view.rowsTop + r * ROW;
      if (v === data.missing) return;
      g.fillStyle = colour[row.sides[s]]; g.beginPath();
      g.arc(xOf(track.times[i]), clamp(top + ROW * 0.74 - ROW * 0.7 * data.step / scaleOf(row) * v, top, top + ROW), 3, 0, 7); g.fill();
    }));
  }
  view.moved.push(paintCursor);

  /* A segment, an utterance or an event under the pointer takes the playhead there. */
  function jump(t, py) {
    const lane = view.lanes.find((l) => py >= l.top && py < l.top + l.high), reach = (state.b - state.a) * 8 / inner();
    if (lane?.type === "segment") { const s = lane.items.find((i) => i.t[0] <= t && t <= i.t[1]); if (s) return moveCursor(s.t[0]); }
    if (lane?.type === "talk") { const u = lane.items.find((i) => i[1] <= t && t <= i[2]); if (u) return moveCursor(u[1]); }
    const row = lane ? null : view.rows[Math.floor((py - view.rowsTop) / view.rowHigh)];
    if (py < AXIS || (!lane && !row)) return;
    const hit = view.events.filter((e) => e.t[0] - reach <= t && t <= e.t[2] + reach && (lane || (e.kind !== "blink" && row.keys.some((k) => e.keys.includes(k)))))
      .sort((p, q) => Math.abs(p.t[1] - t) - Math.abs(q.t[1] - t))[0];
    if (hit) goTo(hit.id);
  }

  const touches = new Map();
  let drag = null;
  area.addEventListener("pointerdown", (ev) => {
    area.focus({ preventScroll: true });
    touches.set(ev.pointerId, ev.clientX);
    drag = { x: ev.clientX, a: state.a, b: state.b, moved: false, pinch: null };
    if (touches.size === 2) { const [p, q] = [...touches.values()]; drag.pinch = Math.max(20, Math.abs(p - q)); }
    try { area.setPointerCapture(ev.pointerId); } catch (_) { /* the pointer is gone already */ }
  });
  area.addEventListener("pointermove", (ev) => {
    if (!view.track) return;
    const box = area.getBoundingClientRect();
    if (touches.has(ev.pointerId)) touches.set(ev.pointerId, ev.clientX);
    if (drag && touches.size === 2 && drag.pinch) {
      const [p, q] = [...touches.values()], factor = drag.pinch / Math.max(20, Math.abs(p - q));
      const at = drag.a + (((p + q) / 2 - box.left - view.left) / inner()) * (drag.b - drag.a);
      drag.moved = true;
      setView(at - (at - drag.a) * factor, at + (drag.b - at) * factor);
    } else if (drag && touches.size) {
      const d = ev.clientX - drag.x;
      if (Math.abs(d) > 4) drag.moved = true;
      if (drag.moved) { const span = drag.b - drag.a, a = clamp(drag.a - (d / inner()) * span, view.whole.a, view.whole.b - span); setView(a, a + span); }
    } else if (!player.playing && !player.ready) moveCursor(timeAt(Math.max(view.left, ev.clientX - box.left)), { from: "hover" });
  });
  const lift = (ev) => {
    const was = drag;
    touches.delete(ev.pointerId);
    drag = null;
    if (touches.size || !was || was.moved || ev.type === "pointercancel") return;
    const box = area.getBoundingClientRect(), t = timeAt(Math.max(view.left, ev.clientX - box.left));
    moveCursor(t);
    jump(t, ev.clientY - box.top);
  };
  area.addEventListener("pointerup", lift);
  area.addEventListener("pointercancel", lift);
  area.addEventListener("wheel", (ev) => {
    // Without focus the wheel scrolls the page, so nobody gets stuck here.
    const sideways = Math.abs(ev.deltaX) > Math.abs(ev.deltaY) || ev.shiftKey;
    if (!ev.ctrlKey && !sideways && document.activeElement !== area) return;
    ev.preventDefault();
    if (sideways && !ev.ctrlKey) { pan((ev.deltaX || ev.deltaY) / inner()); return; }
    zoom(Math.exp(clamp(ev.deltaY, -120, 120) * (ev.ctrlKey ? 0.01 : 0.003)), timeAt(ev.clientX - area.getBoundingClientRect().left));
  }, { passive: false });
  area.addEventListener("dblclick", (ev) => zoom(0.4, timeAt(ev.clientX - area.getBoundingClientRect().left)));

  const slide = (ev) => {
    const box = mini.getBoundingClientRect(), { whole } = view, t = whole.a + ((ev.clientX - box.left - view.left) / inner()) * (whole.b - whole.a), half = (state.b - state.a) / 2;
    const middle = clamp(t, whole.a + half, whole.b - half);
    setView(middle - half, middle + half);
  };
  mini.addEventListener("pointerdown", (ev) => { mini.setPointerCapture(ev.pointerId); slide(ev); });
  mini.addEventListener("pointermove", (ev) => { if (ev.buttons) slide(ev); });

  byId("tl-in").onclick = () => zoomAtCursor(0.5);
  byId("tl-out").onclick = () => zoomAtCursor(2);
  byId("tl-all").onclick = () => setView(view.whole.a, view.whole.b);
  byId("tl-units").onchange = (ev) => { state.units = ev.target.value; choose(); view.draw(); };
  byId("tl-scale").onchange = (ev) => { state.scale = Number(ev.target.value); view.draw(); };
  byId("tl-display").onchange = (ev) => { state.display = ev.target.value; byId("tl-scale").closest("label").hidden = state.display === "bands"; layOut(); view.draw(); };
  if (byId("tl-face")) byId("tl-face").onchange = (ev) => { state.face = Number(ev.target.value); choose(); view.draw(); };
  new ResizeObserver(view.draw).observe(area);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", () => { readColours(); paint(); });
  readColours();
}
