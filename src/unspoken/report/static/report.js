"use strict";
(() => {
const byId = (id) => document.getElementById(id);
const block = byId("data");
const data = block ? JSON.parse(block.textContent) : null;
const clamp = (v, a, b) => Math.min(b, Math.max(a, v));

function clock(t, digits = 3) {
  const sign = t < 0 ? "−" : "";
  const unit = 10 ** digits;
  const all = Math.round(Math.abs(t) * unit);
  const whole = Math.floor(all / unit), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0") + (digits ? "." + String(all % unit).padStart(digits, "0") : "");
  return sign + (h ? `${h}:${String(m).padStart(2, "0")}:${rest}` : `${m}:${rest}`);
}

/* ---- packed signals: see report/timeline.py for the layout ---- */
async function unpack(track) {
  const raw = Uint8Array.from(atob(track.data), (c) => c.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const n = track.rows;
  let at = 0;
  const column = (size, out) => {
    const shift = 32 - 8 * size;
    let value = 0;
    for (let i = 0; i < n; i++) {
      let step = 0;
      for (let b = 0; b < size; b++) step |= bytes[at + b * n + i] << (8 * b);
      value = ((value + step) << shift) >> shift;
      out[i] = value;
    }
    at += size * n;
    return out;
  };
  const times = column(4, new Float64Array(n));
  for (let i = 0; i < n; i++) times[i] = times[i] * 1e-4 + data.start;
  const gap = column(1, new Uint8Array(n));
  const keys = [];
  for (let k = 0; k < data.keys; k++) {
    const low = column(2, new Int16Array(n));
    const high = track.bin > 1 ? column(2, new Int16Array(n)) : low;
    keys.push({ low, high, error: column(1, new Uint8Array(n)), levels: null });
  }
  const steps = [];
  for (let i = 1; i < n; i += Math.max(1, n >> 9)) steps.push(times[i] - times[i - 1]);
  steps.sort((a, b) => a - b);
  return { face: track.face, bin: track.bin, n, times, gap, keys, step: steps[steps.length >> 1] || 0.04 };
}

function levelsOf(key) {
  if (key.levels) return key.levels;
  const levels = [{ low: key.low, high: key.high }];
  while (levels[levels.length - 1].low.length > 512) {
    const from = levels[levels.length - 1], size = Math.ceil(from.low.length / 4);
    const low = new Int16Array(size).fill(data.missing), high = new Int16Array(size).fill(data.missing);
    for (let i = 0; i < from.low.length; i++) {
      if (from.low[i] === data.missing) continue;
      const j = i >> 2;
      if (low[j] === data.missing || from.low[i] < low[j]) low[j] = from.low[i];
      if (high[j] === data.missing || from.high[i] > high[j]) high[j] = from.high[i];
    }
    levels.push({ low, high });
  }
  return (key.levels = levels);
}

function firstAtOrAfter(times, t) {
  let a = 0, b = times.length;
  while (a < b) { const m = (a + b) >> 1; if (times[m] < t) a = m + 1; else b = m; }
  return a;
}

/* ---- the timeline ---- */
const REGIONS = ["brow", "eye", "nose", "mouth", "jaw"];
const ROW = 32, AXIS = 26, LANE = 20, BAND = 11;

function startTimeline() {
  const area = byId("tl-area"), main = byId("tl-main"), over = byId("tl-over"), mini = byId("tl-mini"), read = byId("tl-read");
  const whole = { a: data.start, b: data.end };
  const state = { a: whole.a, b: whole.b, cursor: null, face: 0, units: "all", scale: 0, hover: null };
  const tracks = [];
  let track = null, rows = [], events = [], artefacts = [], lanes = [], left = 150, width = 0, height = 0, colour = {}, fit = { usual: 0.1, blink: 1 }, dark = false;
  window.unspokenTimeline = { state };

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function readColours() {
    for (const name of ["ink", "soft", "faint", "line", "wash", "card", "L", "R", "M", "micro", "macro", "blink", "gapfill", "bandfill", "accent"]) colour[name] = style("--" + name);
    dark = parseInt(colour.card.slice(1, 3), 16) < 128;
  }
  const x = (t) => left + ((t - state.a) / (state.b - state.a)) * (width - left - 10);
  const timeAt = (px) => state.a + ((px - left) / (width - left - 10)) * (state.b - state.a);
  const shortest = () => Math.max(0.2, 8 * track.step);

  function choose() {
    track = tracks[state.face];
    events = data.events.filter((e) => e.face === track.face);
    artefacts = data.artefacts.filter((a) => a[1] === track.face || a[1] === 0);
    lanes = [...new Set(artefacts.map((a) => a[0]))].sort((p, q) => p - q);
    const used = new Set(events.flatMap((e) => e.keys));
    rows = REGIONS.flatMap((r) => data.units.filter((u) => u.region === r))
      .filter((u) => state.units === "all" || u.keys.some((k) => used.has(k)));
  }

  /* The strongest movement in view fills a row. Blinks dwarf everything else, so they have their own measure. */
  function measure() {
    fit = { usual: 0.02, blink: 0.02 };
    for (const row of rows) for (const k of row.keys) {
      const levels = levelsOf(track.keys[k]);
      const i0 = firstAtOrAfter(track.times, state.a), i1 = firstAtOrAfter(track.times, state.b);
      let level = 0;
      while (level < levels.length - 1 && (i1 - i0) / 4 ** level > 2000) level++;
      const high = levels[level].high, name = row.code === 45 ? "blink" : "usual";
      for (let j = Math.floor(i0 / 4 ** level); j < Math.min(high.length, Math.ceil(i1 / 4 ** level)); j++)
        if (high[j] * data.step > fit[name]) fit[name] = high[j] * data.step;
    }
  }
  const scaleOf = (row) => state.scale || (row.code === 45 ? fit.blink : fit.usual);

  function setView(a, b) {
    const total = whole.b - whole.a, span = clamp(b - a, Math.min(total, shortest()), total);
    const middle = (a + b) / 2;
    state.a = clamp(middle - span / 2, whole.a, whole.b - span);
    state.b = state.a + span;
    draw();
  }
  const zoom = (factor, at = (state.a + state.b) / 2) => setView(at - (at - state.a) * factor, at + (state.b - at) * factor);
  const pan = (share) => { const d = share * (state.b - state.a); setView(clamp(state.a + d, whole.a, whole.b - (state.b - state.a)), clamp(state.b + d, whole.a + (state.b - state.a), whole.b)); };

  function surface(canvas, w, h) {
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const cw = Math.round(w * ratio), ch = Math.round(h * ratio);
    if (canvas.width !== cw || canvas.height !== ch) { canvas.width = cw; canvas.height = ch; canvas.style.height = h + "px"; }
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, w, h);
    return g;
  }

  let pending = false;
  function draw() { if (!pending) { pending = true; requestAnimationFrame(() => { pending = false; paint(); }); } }

  function paint() {
    if (!track) return;
    width = area.clientWidth;
    left = width < 560 ? 62 : 176;
    height = AXIS + LANE + rows.length * ROW + lanes.length * BAND + 8;
    const g = surface(main, width, height);
    measure();
    g.save();
    g.beginPath(); g.rect(left, 0, width - left - 10, height); g.clip();
    paintGaps(g); paintEvents(g);
    g.restore();
    paintAxis(g);
    rows.forEach((row, i) => paintRow(g, row, AXIS + LANE + i * ROW, i === 0 || rows[i - 1].region !== row.region));
    paintLanes(g, AXIS + LANE + rows.length * ROW + 4);
    paintMini(); paintCursor();
    byId("tl").dataset.ready ??= Math.round(performance.now());
  }

  function niceStep(span, most) {
    for (const s of [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]) if (span / s <= most) return s;
    return 7200;
  }

  function paintAxis(g) {
    const step = niceStep(state.b - state.a, Math.max(2, (width - left) / 92));
    g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle"; g.textAlign = "center";
    for (let i = Math.ceil(state.a / step); i * step <= state.b; i++) {
      const px = x(i * step);
      g.strokeStyle = colour.line; g.beginPath(); g.moveTo(px, AXIS - 5); g.lineTo(px, height); g.globalAlpha = 0.55; g.stroke(); g.globalAlpha = 1;
      g.fillStyle = colour.soft;
      const half = 26;
      if (px > left + half - 12 && px < width - half) g.fillText(clock(i * step, step < 0.1 ? 2 : step < 1 ? 1 : 0), px, 11);
    }
    g.strokeStyle = colour.line;
    g.beginPath(); g.moveTo(0, AXIS - 0.5); g.lineTo(width, AXIS - 0.5); g.stroke();
    g.textAlign = "left"; g.fillStyle = colour.soft;
    g.fillText("Events", 12, AXIS + LANE / 2);
    g.fillText((left > 100 ? "row height " : "") + Math.round(100 * (state.scale || fit.usual)) + " %", 12, 12);
  }

  function paintGaps(g) {
    const top = AXIS + LANE, bottom = rows.length * ROW;
    const i0 = Math.max(0, firstAtOrAfter(track.times, state.a) - 1), i1 = Math.min(track.n, firstAtOrAfter(track.times, state.b) + 1);
    g.fillStyle = colour.gapfill;
    const fill = (t0, t1) => { if (t1 > t0) g.fillRect(x(t0), top, Math.max(1, x(t1) - x(t0)), bottom); };
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

  function mark(g, kind, px, py, size) {
    g.fillStyle = colour[kind]; g.beginPath();
    if (kind === "micro") { g.moveTo(px, py - size); g.lineTo(px + size, py + size * 0.85); g.lineTo(px - size, py + size * 0.85); }
    else if (kind === "macro") g.rect(px - size * 0.8, py - size * 0.8, size * 1.6, size * 1.6);
    else g.arc(px, py, size * 0.75, 0, 7);
    g.fill();
  }

  function paintEvents(g) {
    for (const e of events) {
      if (e.t[2] < state.a || e.t[0] > state.b) continue;
      const a = x(e.t[0]), b = Math.max(a + 1.5, x(e.t[2]));
      if (e.kind !== "blink") {
        g.fillStyle = colour[e.kind]; g.globalAlpha = 0.13;
        rows.forEach((row, i) => { if (row.keys.some((k) => e.keys.includes(k))) g.fillRect(a, AXIS + LANE + i * ROW, b - a, ROW); });
        g.globalAlpha = 0.5; g.fillRect(a, AXIS + LANE - 3, b - a, 3); g.globalAlpha = 1;
      }
      mark(g, e.kind, x(e.t[1]), AXIS + LANE / 2 - 1, e.kind === "blink" ? 3.5 : 5.5);
    }
  }

  function paintRow(g, row, top, first) {
    g.textBaseline = "middle"; g.textAlign = "left";
    if (first) { g.strokeStyle = colour.line; g.beginPath(); g.moveTo(0, top + 0.5); g.lineTo(width, top + 0.5); g.stroke(); }
    g.fillStyle = colour.ink; g.font = "600 12px system-ui, sans-serif";
    g.fillText("AU" + row.code, 12, top + ROW / 2);
    if (left > 100) { g.fillStyle = colour.soft; g.font = "12px system-ui, sans-serif"; g.fillText(row.name, 52, top + ROW / 2); }
    const scale = scaleOf(row), base = top + ROW * 0.74, tall = ROW * 0.7;
    g.save();
    g.beginPath(); g.rect(left, top, width - left - 10, ROW); g.clip();
    g.strokeStyle = colour.line; g.lineWidth = 1;
    g.beginPath(); g.moveTo(left, Math.round(base) + 0.5); g.lineTo(width, Math.round(base) + 0.5); g.stroke();
    // Where left and right lie on each other, neither may hide the other.
    g.globalCompositeOperation = dark ? "lighten" : "multiply";
    row.keys.forEach((k, i) => paintSeries(g, track.keys[k], colour[row.sides[i]], base, tall * data.step / scale, top));
    g.restore();
  }

  function paintSeries(g, key, tint, base, perStep, top) {
    // What leaves the row runs along its edge instead of vanishing.
    const y = (steps) => clamp(base - perStep * steps, top + 1, top + ROW - 1);
    const levels = levelsOf(key), pixels = width - left - 10;
    const i0 = Math.max(0, firstAtOrAfter(track.times, state.a) - 1), i1 = Math.min(track.n, firstAtOrAfter(track.times, state.b) + 1);
    let level = 0;
    while (level < levels.length - 1 && (i1 - i0) / 4 ** level > 1.6 * pixels) level++;
    const size = 4 ** level, { low, high } = levels[level];
    const j0 = Math.floor(i0 / size), j1 = Math.min(low.length, Math.ceil(i1 / size));
    const longest = Math.max(3 * track.step * size, 2.5 * track.step);
    const runs = [];
    let run = null, before = -1e9;
    for (let j = j0; j < j1; j++) {
      const t = track.times[j * size];
      if (low[j] === data.missing) { run = null; continue; }
      if (!run || t - before > longest) { run = []; runs.push(run); }
      run.push(j); before = t;
    }
    g.strokeStyle = g.fillStyle = tint; g.lineJoin = "round";
    const spread = level === 0 && track.bin === 1 && i1 - i0 < 1.2 * pixels;
    const dots = spread && (i1 - i0) * 7 < pixels;
    for (const r of runs) {
      const px = (j) => x(track.times[j * size]);
      if (spread) {
        g.globalAlpha = 0.2; g.beginPath();
        for (const j of r) g.lineTo(px(j), y(low[j] + errorOf(key, j) / data.step));
        for (let q = r.length - 1; q >= 0; q--) { const j = r[q]; g.lineTo(px(j), y(low[j] - errorOf(key, j) / data.step)); }
        g.fill();
      }
      g.globalAlpha = 0.95;
      if (level === 0 && track.bin === 1) {
        g.lineWidth = 1.3; g.beginPath();
        for (const j of r) g.lineTo(px(j), y(low[j]));
        g.stroke();
        if (dots) for (const j of r) { g.beginPath(); g.arc(px(j), y(low[j]), 1.8, 0, 7); g.fill(); }
      } else {
        g.globalAlpha = 0.8; g.beginPath();
        for (const j of r) g.lineTo(px(j), y(high[j]) - 0.5);
        for (let q = r.length - 1; q >= 0; q--) g.lineTo(px(r[q]), y(low[r[q]]) + 0.5);
        g.fill();
      }
    }
    g.globalAlpha = 1;
  }
  const errorOf = (key, i) => key.error[i] === 255 ? 0 : data.errorBase * 2 ** (key.error[i] / 8);

  function paintLanes(g, top) {
    g.font = "10.5px system-ui, sans-serif"; g.textBaseline = "middle"; g.textAlign = "left";
    lanes.forEach((kind, i) => {
      const y = top + i * BAND;
      g.fillStyle = colour.soft; g.fillText(left > 100 ? data.artefactKinds[kind] : data.artefactKinds[kind].split(" ")[0], 12, y + BAND / 2);
      g.save(); g.beginPath(); g.rect(left, 0, width - left - 10, height); g.clip();
      g.fillStyle = colour.faint;
      for (const a of artefacts) if (a[0] === kind && a[3] >= state.a && a[2] <= state.b) {
        g.fillRect(x(a[2]), y + 2, Math.max(2, x(a[3]) - x(a[2])), BAND - 4);
        if (data.artefactKinds[kind] === "cut") { g.strokeStyle = colour.ink; g.setLineDash([4, 3]); g.beginPath(); g.moveTo(x(a[2]), AXIS); g.lineTo(x(a[2]), top); g.stroke(); g.setLineDash([]); }
      }
      g.restore();
    });
  }

  function paintMini() {
    const h = 40, g = surface(mini, width, h), span = whole.b - whole.a;
    const mx = (t) => left + ((t - whole.a) / span) * (width - left - 10);
    g.font = "11px system-ui, sans-serif"; g.textBaseline = "middle"; g.fillStyle = colour.soft; g.fillText(left > 100 ? "Whole recording" : "Whole", 12, h / 2);
    g.fillStyle = colour.wash; g.fillRect(left, 8, width - left - 10, h - 16);
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
    for (const e of events) if (e.kind !== "blink") { g.fillStyle = colour[e.kind]; g.fillRect(mx(e.t[1]) - 1, e.kind === "micro" ? 8 : 14, 2, e.kind === "micro" ? 18 : 12); }
    const a = mx(state.a), b = Math.max(a + 4, mx(state.b));
    g.strokeStyle = colour.ink; g.lineWidth = 1.5; g.strokeRect(a, 5, b - a, h - 10); g.lineWidth = 1;
  }

  function paintCursor() {
    const g = surface(over, width, height);
    if (state.cursor === null) return;
    const px = x(state.cursor);
    if (px < left || px > width) return;
    g.strokeStyle = colour.ink; g.beginPath(); g.moveTo(px + 0.5, AXIS - 6); g.lineTo(px + 0.5, height); g.stroke();
    g.font = "600 11px system-ui, sans-serif";
    const text = clock(state.cursor), w = g.measureText(text).width + 10, at = clamp(px - w / 2, left, width - w - 2);
    g.fillStyle = colour.ink; g.fillRect(at, 1, w, 18);
    g.fillStyle = colour.card; g.textBaseline = "middle"; g.textAlign = "left"; g.fillText(text, at + 5, 10.5);
    const i = sampleAt(state.cursor);
    if (i === null || track.bin > 1) return;
    rows.forEach((row, r) => row.keys.forEach((k, s) => {
      const v = track.keys[k].low[i];
      if (v === data.missing) return;
      g.fillStyle = colour[row.sides[s]]; g.beginPath();
      g.arc(x(track.times[i]), clamp(AXIS + LANE + r * ROW + ROW * 0.74 - ROW * 0.7 * data.step / scaleOf(row) * v, AXIS + LANE + r * ROW, AXIS + LANE + (r + 1) * ROW), 3, 0, 7); g.fill();
    }));
  }

  function sampleAt(t) {
    let i = firstAtOrAfter(track.times, t);
    if (i === track.n || (i > 0 && t - track.times[i - 1] < track.times[i] - t)) i--;
    return i >= 0 && Math.abs(track.times[i] - t) < 3 * track.step ? i : null;
  }

  function tell() {
    read.replaceChildren();
    if (state.cursor === null) return;
    const i = sampleAt(state.cursor), line = document.createElement("p");
    const event = events.find((e) => e.kind !== "blink" && e.t[0] <= state.cursor && state.cursor <= e.t[2]) || events.find((e) => e.t[0] <= state.cursor && state.cursor <= e.t[2]);
    if (event) {
      const shown = document.querySelector(`#e-${CSS.escape(event.id)} figure:nth-child(2) img`);
      if (shown) { const img = document.createElement("img"); img.src = shown.src; img.alt = "Apex of the event under the cursor"; read.append(img); }
    }
    const parts = [clock(state.cursor)];
    if (event) parts.push(`${event.kind} ${event.id}`);
    const near = artefacts.filter((a) => a[2] <= state.cursor && state.cursor <= a[3]).map((a) => data.artefactKinds[a[0]]);
    if (near.length) parts.push([...new Set(near)].join(", "));
    if (i === null) parts.push("face not in view");
    else if (track.gap[i]) parts.push("not measured: " + data.gaps[track.gap[i]]);
    else {
      const values = [];
      for (const row of rows) row.keys.forEach((k, s) => {
        const v = track.keys[k].high[i], se = errorOf(track.keys[k], i);
        if (v !== data.missing && se > 0) values.push({ z: Math.abs(v) * data.step / se, name: `AU${row.code}${row.sides[s] === "M" ? "" : row.sides[s]}`, v: v * data.step, se });
      });
      values.sort((p, q) => q.z - p.z);
      parts.push(values.slice(0, 6).map((v) => `${v.name} ${(100 * v.v).toFixed(0).replace("-", "−")} ± ${(100 * v.se).toFixed(1)} %`).join(", "));
    }
    const head = document.createElement("b");
    head.textContent = parts[0];
    line.append(head, ["", ...parts.slice(1)].join(" · "));
    read.append(line);
  }
  let telling = 0;
  function moveCursor(t, keep) {
    state.cursor = clamp(t, whole.a, whole.b);
    if (keep && (state.cursor < state.a || state.cursor > state.b)) { const half = (state.b - state.a) / 2; setView(state.cursor - half, state.cursor + half); }
    paintCursor();
    clearTimeout(telling); telling = setTimeout(tell, 40);
  }

  function goTo(id) {
    const event = data.events.find((e) => e.id === id);
    if (!event) return;
    const face = tracks.findIndex((t) => t.face === event.face);
    if (face >= 0 && face !== state.face) { state.face = face; choose(); const pick = byId("tl-face"); if (pick) pick.value = face; }
    const length = Math.max(0.4, event.t[2] - event.t[0]);
    setView(event.t[0] - 1.6 * length, event.t[2] + 1.6 * length);
    moveCursor(event.t[1]);
    window.unspokenTimeline.at = id;
    byId("timeline").scrollIntoView({ block: "start" });
    area.focus({ preventScroll: true });
  }
  function neighbour(direction) {
    const at = state.cursor === null ? (direction > 0 ? whole.a - 1 : whole.b + 1) : state.cursor;
    const later = events.filter((e) => e.kind !== "blink").sort((p, q) => p.t[1] - q.t[1]);
    const next = direction > 0 ? later.find((e) => e.t[1] > at + 1e-4) : later.reverse().find((e) => e.t[1] < at - 1e-4);
    if (!next) return;
    const span = Math.min(state.b - state.a, Math.max(4, 4 * (next.t[2] - next.t[0])));
    setView(next.t[1] - span / 2, next.t[1] + span / 2);
    moveCursor(next.t[1]);
  }

  function onKey(ev) {
    if (ev.ctrlKey || ev.metaKey || ev.altKey) return;
    const stepTo = (d) => {
      const from = state.cursor ?? (state.a + state.b) / 2, i = sampleAt(from);
      moveCursor(i === null ? from + d * track.step : track.times[clamp(i + d, 0, track.n - 1)], true);
    };
    const span = state.b - state.a;
    const acts = {
      arrowleft: () => ev.shiftKey ? stepTo(-1) : pan(-0.2), arrowright: () => ev.shiftKey ? stepTo(1) : pan(0.2),
      "+": () => zoomAtCursor(0.6), "=": () => zoomAtCursor(0.6), "-": () => zoomAtCursor(1 / 0.6), _: () => zoomAtCursor(1 / 0.6),
      0: () => setView(whole.a, whole.b), home: () => setView(whole.a, whole.a + span), end: () => setView(whole.b - span, whole.b),
      n: () => neighbour(1), p: () => neighbour(-1),
    };
    const act = acts[ev.key.toLowerCase()];
    if (act && track) { act(); ev.preventDefault(); }
  }
  const zoomAtCursor = (factor) => zoom(factor, state.cursor !== null && state.cursor > state.a && state.cursor < state.b ? state.cursor : undefined);

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
    const box = area.getBoundingClientRect();
    if (touches.has(ev.pointerId)) touches.set(ev.pointerId, ev.clientX);
    if (drag && touches.size === 2 && drag.pinch) {
      const [p, q] = [...touches.values()], factor = drag.pinch / Math.max(20, Math.abs(p - q));
      const at = drag.a + (((p + q) / 2 - box.left - left) / (width - left - 10)) * (drag.b - drag.a);
      drag.moved = true;
      setView(at - (at - drag.a) * factor, at + (drag.b - at) * factor);
    } else if (drag && touches.size) {
      const d = ev.clientX - drag.x;
      if (Math.abs(d) > 4) drag.moved = true;
      if (drag.moved) { const t = (-d / (width - left - 10)) * (drag.b - drag.a); const span = drag.b - drag.a, a = clamp(drag.a + t, whole.a, whole.b - span); setView(a, a + span); }
    } else moveCursor(timeAt(Math.max(left, ev.clientX - box.left)));
  });
  const lift = (ev) => {
    const was = drag;
    touches.delete(ev.pointerId);
    if (touches.size) { drag = null; return; }
    drag = null;
    if (!was || was.moved || ev.type === "pointercancel") return;
    const box = area.getBoundingClientRect(), px = ev.clientX - box.left, py = ev.clientY - box.top, t = timeAt(px);
    moveCursor(t);
    const reach = (state.b - state.a) * 8 / (width - left);
    const hit = events.filter((e) => e.t[0] - reach <= t && t <= e.t[2] + reach && (py < AXIS + LANE || e.kind !== "blink")).sort((p, q) => Math.abs(p.t[1] - t) - Math.abs(q.t[1] - t))[0];
    if (hit && py > AXIS - 4 && (py < AXIS + LANE || rows[Math.floor((py - AXIS - LANE) / ROW)]?.keys.some((k) => hit.keys.includes(k)))) goTo(hit.id);
  };
  area.addEventListener("pointerup", lift);
  area.addEventListener("pointercancel", lift);
  area.addEventListener("wheel", (ev) => {
    // Without focus the wheel scrolls the page, so nobody gets stuck here.
    const sideways = Math.abs(ev.deltaX) > Math.abs(ev.deltaY) || ev.shiftKey;
    if (!ev.ctrlKey && !sideways && document.activeElement !== area) return;
    ev.preventDefault();
    if (sideways && !ev.ctrlKey) { pan((ev.deltaX || ev.deltaY) / (width - left)); return; }
    zoom(Math.exp(clamp(ev.deltaY, -120, 120) * (ev.ctrlKey ? 0.01 : 0.003)), timeAt(ev.clientX - area.getBoundingClientRect().left));
  }, { passive: false });
  area.addEventListener("keydown", onKey);
  area.addEventListener("dblclick", (ev) => zoom(0.4, timeAt(ev.clientX - area.getBoundingClientRect().left)));

  const slide = (ev) => {
    const box = mini.getBoundingClientRect(), t = whole.a + ((ev.clientX - box.left - left) / (width - left - 10)) * (whole.b - whole.a), half = (state.b - state.a) / 2;
    const middle = clamp(t, whole.a + half, whole.b - half);
    setView(middle - half, middle + half);
  };
  mini.addEventListener("pointerdown", (ev) => { mini.setPointerCapture(ev.pointerId); slide(ev); });
  mini.addEventListener("pointermove", (ev) => { if (ev.buttons) slide(ev); });

  byId("tl-in").onclick = () => zoomAtCursor(0.5);
  byId("tl-out").onclick = () => zoomAtCursor(2);
  byId("tl-all").onclick = () => setView(whole.a, whole.b);
  byId("tl-prev").onclick = () => neighbour(-1);
  byId("tl-next").onclick = () => neighbour(1);
  byId("tl-units").onchange = (ev) => { state.units = ev.target.value; choose(); draw(); };
  byId("tl-scale").onchange = (ev) => { state.scale = Number(ev.target.value); draw(); };
  if (byId("tl-face")) byId("tl-face").onchange = (ev) => { state.face = Number(ev.target.value); choose(); draw(); };
  document.addEventListener("click", (ev) => { const go = ev.target.closest("[data-go]"); if (go) goTo(go.dataset.go); });
  new ResizeObserver(draw).observe(area);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", () => { readColours(); paint(); });

  document.querySelector("#timeline .tools").hidden = false;
  readColours();
  Promise.all(data.tracks.map(unpack)).then((unpacked) => { tracks.push(...unpacked); choose(); paint(); });
}

/* ---- the table ---- */
function startTable() {
  const table = byId("table");
  if (!table) return;
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((h) => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const numeric = head.dataset.type === "number", sign = down ? -1 : 1;
    const value = (row) => row.cells[column].dataset.v;
    const sorted = [...body.rows].sort((p, q) => {
      const a = value(p), b = value(q);
      if ((a === "") !== (b === "")) return a === "" ? 1 : -1;
      return sign * (numeric ? Number(a) - Number(b) : a.localeCompare(b));
    });
    body.append(...sorted);
  }));
  const unit = byId("f-unit"), kinds = [...document.querySelectorAll("[data-kind][aria-pressed]")], count = byId("f-count");
  const filter = () => {
    const on = new Set(kinds.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.kind));
    let shown = 0;
    for (const row of body.rows) {
      const keep = on.has(row.dataset.kind) && (!unit.value || row.dataset.units.split(" ").includes(unit.value));
      row.hidden = !keep;
      shown += keep;
    }
    count.textContent = shown === body.rows.length ? `${shown} events` : `${shown} of ${body.rows.length} events`;
  };
  kinds.forEach((b) => b.addEventListener("click", () => { b.setAttribute("aria-pressed", String(b.getAttribute("aria-pressed") !== "true")); filter(); }));
  unit.addEventListener("change", filter);
  document.querySelector("#events .tools").hidden = false;
  filter();
}

function reveal() {
  let target = null;
  try { target = byId(decodeURIComponent(location.hash.slice(1))); } catch (_) { /* not one of ours */ }
  const folded = target && target.closest("details:not([open])");
  if (folded) { folded.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
reveal();
startTable();
if (data && byId("tl")) startTimeline();
})();
