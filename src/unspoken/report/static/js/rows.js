/* ---- unit rows: evidence as bands (compact) or as lines ---- */
const errorOf = (key, i) => key.error[i] === 255 ? 0 : data.errorBase * 2 ** (key.error[i] / 8);
const scaleOf = (row) => state.scale || (row.code === 45 ? view.fit.blink : view.fit.usual);
/* Bands start to show at this many standard errors and are full at the second figure. */
const BAND_FROM = 2, BAND_FULL = 8;

/* The rows of a level of detail that are in view. */
function inView(key, perPixel) {
  const { track } = view, levels = levelsOf(key), pixels = inner();
  const i0 = Math.max(0, firstAtOrAfter(track.times, state.a) - 1), i1 = Math.min(track.n, firstAtOrAfter(track.times, state.b) + 1);
  let level = 0;
  while (level < levels.length - 1 && (i1 - i0) / 4 ** level > perPixel * pixels) level++;
  const size = 4 ** level, { low, high } = levels[level];
  return { i0, i1, level, size, low, high, j0: Math.floor(i0 / size), j1: Math.min(low.length, Math.ceil(i1 / size)) };
}

/* The strongest movement in view fills a row. Blinks dwarf everything else, so they have their own measure. */
function measure() {
  const fit = view.fit = { usual: 0.02, blink: 0.02 };
  for (const row of view.rows) for (const k of row.keys) {
    const part = inView(view.track.keys[k], 2), name = row.code === 45 ? "blink" : "usual";
    for (let j = part.j0; j < part.j1; j++) if (part.high[j] * data.step > fit[name]) fit[name] = part.high[j] * data.step;
  }
}

function paintRowNames(g) {
  g.textBaseline = "middle"; g.textAlign = "left";
  view.rows.forEach((row, i) => {
    const top = view.rowsTop + i * view.rowHigh, small = view.rowHigh < 20;
    if (i === 0 || view.rows[i - 1].region !== row.region) { g.strokeStyle = view.colour.line; g.beginPath(); g.moveTo(0, top + 0.5); g.lineTo(view.width, top + 0.5); g.stroke(); }
    g.fillStyle = view.colour.ink; g.font = `600 ${small ? 10 : 12}px system-ui, sans-serif`;
    g.fillText("AU" + row.code, 12, top + view.rowHigh / 2 + 0.5);
    if (view.left > 100) { g.fillStyle = view.colour.soft; g.font = `${small ? 10 : 12}px system-ui, sans-serif`; g.fillText(row.name, 52, top + view.rowHigh / 2 + 0.5); }
  });
}

/* All bands as one small picture, a column per pixel: cheap without a graphics card. The upper half of a row is the left side. */
let sheet = null;
function paintBands(g) {
  const wide = Math.max(1, Math.round(inner())), tall = view.rows.length * 2, { track } = view;
  if (!tall) return;
  if (!sheet || sheet.width !== wide || sheet.height !== tall) { sheet = document.createElement("canvas"); sheet.width = wide; sheet.height = tall; }
  const s = sheet.getContext("2d"), picture = s.createImageData(wide, tall), out = new Uint32Array(picture.data.buffer);
  const ink = parseInt(view.colour.evidence.slice(1), 16), rgb = (ink >> 16) | (ink & 0xff00) | ((ink & 255) << 16);
  const perTime = wide / (state.b - state.a), strongest = new Float32Array(wide);
  view.rows.forEach((row, r) => row.keys.forEach((k, side) => {
    const key = track.keys[k], usual = track.noise[k] || 1, part = inView(key, 1.6);
    strongest.fill(0);
    for (let j = part.j0; j < part.j1; j++) {
      if (part.high[j] === data.missing) continue;
      const z = part.high[j] * data.step / usual;
      if (z < BAND_FROM) continue;
      const t0 = track.times[j * part.size], next = Math.min(track.n - 1, (j + 1) * part.size);
      const p0 = Math.floor((t0 - state.a) * perTime), p1 = Math.max(p0 + 1, Math.min(p0 + 400, Math.ceil((Math.max(track.times[next], t0 + 1e-4) - state.a) * perTime)));
      for (let p = Math.max(0, p0); p < Math.min(wide, p1); p++) if (z > strongest[p]) strongest[p] = z;
    }
    const lines = row.keys.length === 1 ? [2 * r, 2 * r + 1] : [2 * r + side];
    for (let p = 0; p < wide; p++) if (strongest[p]) {
      const alpha = Math.round(40 + 215 * Math.min(1, (strongest[p] - BAND_FROM) / (BAND_FULL - BAND_FROM)));
      for (const line of lines) out[line * wide + p] = (alpha << 24 | rgb) >>> 0;
    }
  }));
  s.putImageData(picture, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(sheet, view.left, view.rowsTop, inner(), view.rows.length * view.rowHigh);
  g.strokeStyle = view.colour.card;
  for (let i = 1; i < view.rows.length; i++) { const y = Math.round(view.rowsTop + i * view.rowHigh) + 0.5; g.beginPath(); g.moveTo(view.left, y); g.lineTo(view.width - 10, y); g.stroke(); }
}

/* Where values are denser than pixels, each pixel's lowest and highest are set directly: paths of that many corners take ten times as long. */
let dense = null;
function paintDense(g) {
  const ratio = Math.min(2, Math.max(1, Math.round(window.devicePixelRatio || 1)));
  const wide = Math.max(1, Math.round(inner() * ratio)), row = ROW * ratio, tall = view.rows.length * row, { track } = view;
  if (!dense || dense.width !== wide || dense.height !== tall) { dense = document.createElement("canvas"); dense.width = wide; dense.height = tall; }
  const s = dense.getContext("2d"), picture = s.createImageData(wide, tall), out = new Uint32Array(picture.data.buffer);
  const perTime = wide / (state.b - state.a), low = new Int16Array(wide), high = new Int16Array(wide);
  const packed = (name) => { const c = parseInt(view.colour[name].slice(1), 16); return (0xd8000000 | (c & 255) << 16 | c & 0xff00 | c >> 16) >>> 0; };
  const both = packed("ink"), tints = { L: packed("L"), R: packed("R"), M: packed("M") };
  view.rows.forEach((unit, r) => unit.keys.forEach((k, side) => {
    const key = track.keys[k], part = inView(key, 1.6), tint = tints[unit.sides[side]];
    low.fill(data.missing);
    for (let j = part.j0; j < part.j1; j++) {
      if (part.low[j] === data.missing) continue;
      const p = Math.floor((track.times[j * part.size] - state.a) * perTime);
      if (p < 0 || p >= wide) continue;
      if (low[p] === data.missing) { low[p] = part.low[j]; high[p] = part.high[j]; continue; }
      if (part.low[j] < low[p]) low[p] = part.low[j];
      if (part.high[j] > high[p]) high[p] = part.high[j];
    }
    const base = row * 0.74, perStep = row * 0.7 * data.step / scaleOf(unit);
    let before = -9, y0 = 0, y1 = 0;
    for (let p = 0; p < wide; p++) {
      if (low[p] === data.missing) continue;
      let top = clamp(Math.round(base - perStep * high[p]), 1, row - 2), bottom = clamp(Math.round(base - perStep * low[p]), 1, row - 2);
      const t0 = top, t1 = bottom;
      // Neighbours are joined, and so are those a few pixels apart.
      if (p - before < 6) { if (top > y1) top = y1; if (bottom < y0) bottom = y0; for (let q = before + 1; q < p; q++) out[(r * row + y0) * wide + q] = tint; }
      for (let y = top; y <= bottom; y++) { const at = (r * row + y) * wide + p; out[at] = out[at] && out[at] !== tint ? both : tint; }
      before = p; y0 = t0; y1 = t1;
    }
  }));
  s.putImageData(picture, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(dense, view.left, view.rowsTop, inner(), view.rows.length * ROW);
  g.strokeStyle = view.colour.line; g.lineWidth = 1;
  view.rows.forEach((_, i) => { const y = Math.round(view.rowsTop + i * ROW + ROW * 0.74) + 0.5; g.globalAlpha = 0.5; g.beginPath(); g.moveTo(view.left, y); g.lineTo(view.width, y); g.stroke(); });
  g.globalAlpha = 1;
}

function paintLines(g) {
  const first = view.rows[0] && inView(view.track.keys[view.rows[0].keys[0]], 1.6);
  if (first && first.j1 - first.j0 > 0.35 * inner()) { paintDense(g); return; }
  view.rows.forEach((row, i) => {
    const top = view.rowsTop + i * ROW, base = top + ROW * 0.74, tall = ROW * 0.7;
    g.save();
    g.beginPath(); g.rect(view.left, top, inner(), ROW); g.clip();
    g.strokeStyle = view.colour.line; g.lineWidth = 1;
    g.beginPath(); g.moveTo(view.left, Math.round(base) + 0.5); g.lineTo(view.width, Math.round(base) + 0.5); g.stroke();
    // Where left and right lie on each other, neither may hide the other.
    g.globalCompositeOperation = view.dark ? "lighten" : "multiply";
    row.keys.forEach((k, side) => paintSeries(g, view.track.keys[k], view.colour[row.sides[side]], base, tall * data.step / scaleOf(row), top));
    g.restore();
  });
}

function paintSeries(g, key, tint, base, perStep, top) {
  // What leaves the row runs along its edge instead of vanishing.
  const { track } = view, y = (steps) => clamp(base - perStep * steps, top + 1, top + ROW - 1);
  const part = inView(key, 1.6), { size, low, high } = part, shown = part.i1 - part.i0;
  const longest = Math.max(3 * track.step * size, 2.5 * track.step), runs = [];
  let run = null, before = -1e9;
  for (let j = part.j0; j < part.j1; j++) {
    const t = track.times[j * size];
    if (low[j] === data.missing) { run = null; continue; }
    if (!run || t - before > longest) { run = []; runs.push(run); }
    run.push(j); before = t;
  }
  g.strokeStyle = g.fillStyle = tint; g.lineJoin = "round";
  const single = part.level === 0 && track.bin === 1, spread = single && shown < 1.2 * inner(), px = (j) => xOf(track.times[j * size]);
  for (const r of runs) {
    if (spread) {
      g.globalAlpha = 0.2; g.beginPath();
      for (const j of r) g.lineTo(px(j), y(low[j] + errorOf(key, j) / data.step));
      for (let q = r.length - 1; q >= 0; q--) g.lineTo(px(r[q]), y(low[r[q]] - errorOf(key, r[q]) / data.step));
      g.fill();
    }
    if (single) {
      g.globalAlpha = 0.95; g.lineWidth = 1.3; g.beginPath();
      for (const j of r) g.lineTo(px(j), y(low[j]));
      g.stroke();
      if (spread && shown * 7 < inner()) for (const j of r) { g.beginPath(); g.arc(px(j), y(low[j]), 1.8, 0, 7); g.fill(); }
    } else {
      g.globalAlpha = 0.8; g.beginPath();
      for (const j of r) g.lineTo(px(j), y(high[j]) - 0.5);
      for (let q = r.length - 1; q >= 0; q--) g.lineTo(px(r[q]), y(low[r[q]]) + 0.5);
      g.fill();
    }
  }
  g.globalAlpha = 1;
}
