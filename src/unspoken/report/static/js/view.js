/* ---- what the timeline, the player and the moments share ---- */
const ROW = 32, BAND_ROW = 12, AXIS = 26, LANE = 20, TALK = 18, ARTEFACT = 11;
const REGIONS = ["brow", "eye", "nose", "mouth", "jaw"];
const state = { a: 0, b: 1, cursor: null, face: 0, units: "all", scale: 0, display: "bands" };
const view = {
  whole: { a: 0, b: 1 }, tracks: [], track: null, rows: [], events: [], artefacts: [], lanes: [],
  frames: null, left: 150, width: 0, height: 0, rowsTop: 0, rowHigh: BAND_ROW, colour: {}, dark: false,
  fit: { usual: 0.1, blink: 1 }, draw: () => {}, moved: [],
};

const inner = () => view.width - view.left - 10;
const xOf = (t) => view.left + ((t - state.a) / (state.b - state.a)) * inner();
const timeAt = (px) => state.a + ((px - view.left) / inner()) * (state.b - state.a);
const frameTimes = () => view.frames ?? view.track.times;
const frameStep = () => view.track ? view.track.step / view.track.bin : 0.04;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ink", "soft", "faint", "line", "wash", "card", "L", "R", "M", "micro", "macro", "blink", "gapfill", "accent", "evidence", "signal", "talk", "segA", "segB"]) view.colour[name] = style.getPropertyValue("--" + name).trim();
  view.dark = parseInt(view.colour.card.slice(1, 3), 16) < 128;
}

/* Lanes stand above the unit rows in this order: segments by kind, speakers, events, signals. */
function layOut() {
  const lanes = [], most = 5;
  const kinds = [...new Set(data.segments.map((s) => s.kind))];
  for (const kind of kinds.slice(0, most)) lanes.push({ type: "segment", label: kind, high: TALK, items: data.segments.filter((s) => s.kind === kind) });
  data.speakers.slice(0, most).forEach((who, i) => lanes.push({ type: "talk", label: who.label, high: TALK, items: data.said.filter((u) => u[0] === i) }));
  lanes.push({ type: "event", label: "Events", high: LANE, items: view.events });
  const signals = view.events.filter((e) => e.signals?.length);
  if (signals.length) lanes.push({ type: "signal", label: "Signals", high: TALK, items: signals });
  let top = AXIS;
  for (const lane of lanes) { lane.top = top; top += lane.high; }
  view.lanes = lanes;
  view.rowsTop = top;
  view.rowHigh = state.display === "bands" ? BAND_ROW : ROW;
}

function choose() {
  view.track = view.tracks[state.face];
  view.events = data.events.filter((e) => e.face === view.track.face);
  view.artefacts = data.artefacts.filter((a) => a[1] === view.track.face || a[1] === 0);
  view.artefactKinds = [...new Set(view.artefacts.map((a) => a[0]))].sort((p, q) => p - q);
  const used = new Set(view.events.flatMap((e) => e.keys));
  view.rows = REGIONS.flatMap((r) => data.units.filter((u) => u.region === r))
    .filter((u) => state.units === "all" || u.keys.some((k) => used.has(k)));
  layOut();
}

function setView(a, b) {
  const { whole } = view, total = whole.b - whole.a;
  const span = clamp(b - a, Math.min(total, Math.max(0.2, 8 * frameStep())), total);
  state.a = clamp((a + b) / 2 - span / 2, whole.a, whole.b - span);
  state.b = state.a + span;
  view.draw();
}
const zoom = (factor, at = (state.a + state.b) / 2) => setView(at - (at - state.a) * factor, at + (state.b - at) * factor);
const zoomAtCursor = (factor) => zoom(factor, state.cursor !== null && state.cursor > state.a && state.cursor < state.b ? state.cursor : undefined);
const pan = (share) => { const span = state.b - state.a, a = clamp(state.a + share * span, view.whole.a, view.whole.b - span); setView(a, a + span); };

/* The cursor is the playhead. "keep" scrolls the view along; "from" tells who moved it. */
function moveCursor(t, { keep = false, from = "user" } = {}) {
  state.cursor = clamp(t, view.whole.a, view.whole.b);
  const span = state.b - state.a;
  if (keep && (state.cursor < state.a || state.cursor > state.b)) {
    if (from === "player" && state.cursor > state.b && state.cursor < state.b + span) setView(state.b, state.b + span);
    else setView(state.cursor - span / 2, state.cursor + span / 2);
  }
  for (const act of view.moved) act(from);
}

function sampleAt(t) {
  const { times, n, step } = view.track, i = n ? nearestIndex(times, t) : -1;
  return i >= 0 && Math.abs(times[i] - t) < 3 * step ? i : null;
}

function stepFrame(d) {
  const times = frameTimes(), from = state.cursor ?? (state.a + state.b) / 2;
  if (!times.length) return;
  moveCursor(times[clamp(nearestIndex(times, from) + d, 0, times.length - 1)], { keep: true });
}

const eventById = (id) => data.events.find((e) => e.id === id);
const eventAt = (t) => {
  const here = view.events.filter((e) => e.t[0] - 1e-6 <= t && t <= e.t[2] + 1e-6);
  return here.find((e) => e.kind !== "blink") ?? here[0];
};

function goTo(id, { scroll = true } = {}) {
  const event = eventById(id);
  if (!event) return;
  const face = view.tracks.findIndex((t) => t.face === event.face);
  if (face >= 0 && face !== state.face) { state.face = face; choose(); const pick = byId("tl-face"); if (pick) pick.value = face; }
  const length = Math.max(0.4, event.t[2] - event.t[0]);
  setView(event.t[0] - 1.6 * length, event.t[2] + 1.6 * length);
  moveCursor(event.t[1]);
  window.unspokenTimeline.at = id;
  if (!scroll) return;
  byId("timeline").scrollIntoView({ block: "start" });
  byId("tl-area").focus({ preventScroll: true });
}

function neighbour(direction) {
  const at = state.cursor === null ? (direction > 0 ? view.whole.a - 1 : view.whole.b + 1) : state.cursor;
  const inTime = view.events.filter((e) => e.kind !== "blink" && isShown(e.id)).sort((p, q) => p.t[1] - q.t[1]);
  const next = direction > 0 ? inTime.find((e) => e.t[1] > at + 1e-4) : inTime.reverse().find((e) => e.t[1] < at - 1e-4);
  if (!next) return;
  const span = Math.min(state.b - state.a, Math.max(4, 4 * (next.t[2] - next.t[0])));
  setView(next.t[1] - span / 2, next.t[1] + span / 2);
  moveCursor(next.t[1]);
  window.unspokenTimeline.at = next.id;
}
