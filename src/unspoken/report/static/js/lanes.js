/* ---- lanes of the timeline: segments, speakers, events, signals, artefacts ---- */
function surface(canvas, w, h) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const cw = Math.round(w * ratio), ch = Math.round(h * ratio);
  if (canvas.width !== cw || canvas.height !== ch) { canvas.width = cw; canvas.height = ch; canvas.style.height = h + "px"; }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, w, h);
  return g;
}

function mark(g, kind, px, py, size) {
  g.fillStyle = view.colour[kind]; g.beginPath();
  if (kind === "micro") { g.moveTo(px, py - size); g.lineTo(px + size, py + size * 0.85); g.lineTo(px - size, py + size * 0.85); }
  else if (kind === "macro") g.rect(px - size * 0.8, py - size * 0.8, size * 1.6, size * 1.6);
  else g.arc(px, py, size * 0.75, 0, 7);
  g.fill();
}

/* Text cut to fit, so that neighbours never run into each other. */
function fitted(g, text, room) {
  if (room < 16) return "";
  const most = Math.floor(room / 5.4);
  return text.length <= most ? text : most < 4 ? "" : text.slice(0, most - 1) + "…";
}

function paintBlock(g, lane, a, b, fill, text, edge) {
  const x0 = Math.max(view.left - 4, xOf(a)), x1 = Math.min(view.width, Math.max(xOf(b), x0 + 2));
  g.fillStyle = fill; g.fillRect(x0, lane.top + 2, x1 - x0, lane.high - 4);
  if (edge && x1 - x0 > 3) { g.fillStyle = edge; g.fillRect(x0, lane.top + 2, 2, lane.high - 4); }
  const label = text && fitted(g, text, x1 - Math.max(x0, view.left) - 10);
  if (label) { g.fillStyle = view.colour.ink; g.fillText(label, Math.max(x0, view.left) + 6, lane.top + lane.high / 2 + 0.5); }
}

const PAINT_LANE = {
  segment(g, lane) {
    lane.items.forEach((s, i) => { if (s.t[1] >= state.a && s.t[0] <= state.b) paintBlock(g, lane, ...s.t, view.colour[i % 2 ? "segB" : "segA"], s.label, view.colour.soft); });
  },
  talk(g, lane) {
    for (const u of lane.items) if (u[2] >= state.a && u[1] <= state.b) paintBlock(g, lane, u[1], u[2], view.colour.talk, u[3], null);
  },
  event(g, lane) {
    for (const e of lane.items) {
      if (e.t[2] < state.a || e.t[0] > state.b) continue;
      mark(g, e.kind, xOf(e.t[1]), lane.top + lane.high / 2 - 1, e.kind === "blink" ? 3.5 : 5.5);
      if (verdictOf(e.id)) { g.fillStyle = view.colour.ink; g.fillRect(xOf(e.t[1]) - 5, lane.top + lane.high - 3, 10, 2); }
    }
  },
  signal(g, lane) {
    for (const e of lane.items) {
      if (e.t[2] < state.a || e.t[0] > state.b) continue;
      const s = e.signals[0], px = xOf(e.t[1]), high = 3 + (lane.high - 6) * s[1];
      g.fillStyle = view.colour.signal; g.fillRect(px - 2, lane.top + lane.high - 2 - high, 4, high);
      const next = lane.items.find((o) => o.t[1] > e.t[1]);
      const label = fitted(g, s[0], (next ? xOf(next.t[1]) : view.width) - px - 10);
      if (label) { g.fillStyle = view.colour.ink; g.fillText(label, px + 6, lane.top + lane.high / 2 + 0.5); }
    }
  },
};

function paintLanes(g) {
  g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle"; g.textAlign = "left";
  for (const lane of view.lanes) {
    g.fillStyle = view.colour.soft;
    g.fillText(fitted(g, lane.label, view.left - 14), 12, lane.top + lane.high / 2);
    g.save(); g.beginPath(); g.rect(view.left, lane.top, inner(), lane.high); g.clip();
    PAINT_LANE[lane.type](g, lane);
    g.restore();
  }
}

function paintArtefacts(g, top) {
  g.font = "10.5px system-ui, sans-serif"; g.textBaseline = "middle"; g.textAlign = "left";
  view.artefactKinds.forEach((kind, i) => {
    const y = top + i * ARTEFACT, name = data.artefactKinds[kind];
    g.fillStyle = view.colour.soft; g.fillText(view.left > 100 ? name : name.replace(/^head /, "").split(" ")[0], 12, y + ARTEFACT / 2);
    g.save(); g.beginPath(); g.rect(view.left, 0, inner(), view.height); g.clip();
    g.fillStyle = view.colour.faint;
    for (const a of view.artefacts) if (a[0] === kind && a[3] >= state.a && a[2] <= state.b) {
      // What covers one part of the face takes one half of the lane.
      const tall = ARTEFACT - 4, half = a[4] ? tall / 2 : tall;
      g.fillRect(xOf(a[2]), y + 2 + (a[4] === "lower" ? half : 0), Math.max(2, xOf(a[3]) - xOf(a[2])), half);
      if (name === "cut") { g.strokeStyle = view.colour.ink; g.setLineDash([4, 3]); g.beginPath(); g.moveTo(xOf(a[2]), AXIS); g.lineTo(xOf(a[2]), top); g.stroke(); g.setLineDash([]); }
    }
    g.restore();
  });
}

function paintGaps(g) {
  const { track } = view, top = view.rowsTop, high = view.rows.length * view.rowHigh;
  const i0 = Math.max(0, firstAtOrAfter(track.times, state.a) - 1), i1 = Math.min(track.n, firstAtOrAfter(track.times, state.b) + 1);
  g.fillStyle = view.colour.gapfill;
  const fill = (t0, t1) => { if (t1 > t0) g.fillRect(xOf(t0), top, Math.max(1, xOf(t1) - xOf(t0)), high); };
  if (track.times[0] > state.a) fill(state.a, track.times[0]);
  let from = null;
  for (let i = i0; i < i1; i++) {
    const bad = track.gap[i] > 0, hole = i > 0 && track.times[i] - track.times[i - 1] > 3 * track.step;
    if (hole && from === null) fill(track.times[i - 1] + track.step, track.times[i]);
    if (bad && from === null) from = track.times[i];
    if (!bad && from !== null) { fill(from, track.times[i]); from = null; }
  }
  const last = track.times[track.n - 1] + track.step;
  if (from !== null) fill(from, i1 < track.n ? track.times[i1] : last);
  if (last < state.b - track.step) fill(last, state.b);
}

/* Single units that were not measured while the face was: those behind a hand. Bands have a half for each side. */
function paintHidden(g) {
  const { track } = view;
  g.fillStyle = view.colour.gapfill;
  view.rows.forEach((row, r) => {
    const apart = state.display === "bands" && row.keys.length > 1, groups = apart ? row.keys.map((k) => [k]) : [row.keys];
    const high = view.rowHigh / groups.length;
    groups.forEach((keys, side) => {
      if (!keys.every((k) => hidesAny(track, track.keys[k]))) return;
      const parts = keys.map((k) => inView(track.keys[k], 1.6)), { j0, j1, size } = parts[0];
      let from = null;
      const end = (t) => { if (from !== null) g.fillRect(xOf(from), view.rowsTop + r * view.rowHigh + side * high, Math.max(1, xOf(t) - xOf(from)), high); from = null; };
      for (let j = j0; j < j1; j++) {
        const t = track.times[j * size], gone = track.gap[j * size] === 0 && parts.every((p) => p.low[j] === data.missing);
        if (!gone) end(t); else if (from === null) from = t;
      }
      end(track.times[Math.min(track.n, j1 * size) - 1] + track.step);
    });
  });
}

function hidesAny(track, key) {
  if (key.hides === undefined) key.hides = key.low.some((v, i) => v === data.missing && track.gap[i] === 0);
  return key.hides;
}

/* Where an event lies in its units' rows. */
function paintEventRows(g) {
  for (const e of view.events) {
    if (e.kind === "blink" || e.t[2] < state.a || e.t[0] > state.b) continue;
    const a = xOf(e.t[0]), b = Math.max(a + 1.5, xOf(e.t[2]));
    g.fillStyle = view.colour[e.kind];
    if (state.display === "lines") {
      g.globalAlpha = 0.13;
      view.rows.forEach((row, i) => { if (row.keys.some((k) => e.keys.includes(k))) g.fillRect(a, view.rowsTop + i * view.rowHigh, b - a, view.rowHigh); });
    }
    g.globalAlpha = 0.6; g.fillRect(a, view.rowsTop - 2, b - a, 2); g.globalAlpha = 1;
  }
}
