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
  return { face: track.face, noise: keys.map(usualError), bin: track.bin, n, times, gap, keys, step: steps[steps.length >> 1] || 0.04 };
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


/* Frame times: differences of 0.1 ms, as the time column of a track. */
async function unpackTimes(packed) {
  const raw = Uint8Array.from(atob(packed.data), (c) => c.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const n = packed.rows, times = new Float64Array(n);
  let value = 0;
  for (let i = 0; i < n; i++) {
    value = (value + (bytes[i] | bytes[n + i] << 8 | bytes[2 * n + i] << 16 | bytes[3 * n + i] << 24)) | 0;
    times[i] = value * 1e-4 + data.start;
  }
  return times;
}

/* The middle of a unit's standard errors: what its movements are compared with in the bands. */
function usualError(key) {
  const found = [];
  for (let i = 0; i < key.error.length; i += Math.max(1, key.error.length >> 9)) if (key.error[i] !== 255) found.push(key.error[i]);
  found.sort((p, q) => p - q);
  return found.length ? data.errorBase * 2 ** (found[found.length >> 1] / 8) : 0;
}

function nearestIndex(times, t) {
  const i = firstAtOrAfter(times, t);
  return i === times.length || (i > 0 && t - times[i - 1] < times[i] - t) ? i - 1 : i;
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
