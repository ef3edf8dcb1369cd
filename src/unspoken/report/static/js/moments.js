/* ---- moments: filters, and slow loops of onset, apex and offset ---- */
const hiddenMoments = new Set();
const isShown = (id) => !hiddenMoments.has(id);

function startFilters() {
  const box = byId("m-filters");
  if (!box) return;
  const picks = [...box.querySelectorAll("select")], count = byId("m-count"), cards = [...document.querySelectorAll("article.card")];
  const apply = () => {
    hiddenMoments.clear();
    for (const e of data.events) {
      const keep = picks.every((p) => !p.value || (p.dataset.by === "kind" ? e.kind === p.value : p.dataset.by === "signal" ? (e.signals ?? []).some((s) => s[0] === p.value) : p.dataset.by === "judged" ? (verdictOf(e.id) || "none") === p.value : (e.segments ?? []).includes(p.value)));
      if (!keep) hiddenMoments.add(e.id);
    }
    let shown = 0;
    for (const card of cards) { card.hidden = !isShown(card.id.slice(2)); shown += !card.hidden; }
    count.textContent = shown === cards.length ? `${shown} cards` : `${shown} of ${cards.length} cards`;
    const more = document.querySelector("#moments .more");
    if (more && picks.some((p) => p.value)) more.open = true;
  };
  picks.forEach((p) => p.addEventListener("change", apply));
  box.hidden = false;
  apply();
}

/* A loop's frames lie side by side in one picture: as recorded above, magnified below. */
function startLoops() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const loops = [...document.querySelectorAll(".loop")].map((figure) => {
    const canvas = figure.querySelector("canvas"), picture = figure.querySelector("img"), button = figure.querySelector("button"), slide = figure.querySelector("input");
    const times = figure.dataset.times.split(" ").map(Number), side = Number(figure.dataset.side), columns = Number(figure.dataset.columns);
    const loop = { on: false, wish: !calm.matches, seen: false, began: 0, at: -1 };
    const total = times[times.length - 1] - times[0] || 0.1, slow = 5, rest = 0.5;
    const paint = (i) => {
      if (i === loop.at || !picture.complete || !picture.naturalWidth) return;
      loop.at = i;
      const g = canvas.getContext("2d"), n = times.length, rows = Math.ceil(n / columns);
      const x = (i % columns) * side, y = Math.floor(i / columns) * side;
      g.drawImage(picture, x, y, side, side, 0, 0, side, side);
      g.drawImage(picture, x, y + rows * side, side, side, side, 0, side, side);
      slide.value = String(i);
      slide.setAttribute("aria-valuetext", clock(times[i]));
    };
    const tick = (now) => {
      if (!loop.on) return;
      const t = ((now - loop.began) / 1000) % (total * slow + rest);
      paint(clamp(firstAtOrAfter(times, times[0] + t / slow + 1e-9) - 1, 0, times.length - 1));
      requestAnimationFrame(tick);
    };
    const settle = () => {
      const on = loop.wish && loop.seen;
      button.textContent = loop.wish ? "Stop" : "Play";
      if (on && !loop.on) { loop.on = true; loop.began = performance.now(); requestAnimationFrame(tick); }
      loop.on = on;
    };
    button.onclick = () => { loop.wish = !loop.wish; settle(); };
    slide.oninput = () => { loop.wish = false; settle(); paint(Number(slide.value)); };
    calm.addEventListener("change", () => { loop.wish = !calm.matches; settle(); });
    new IntersectionObserver(([entry]) => { loop.seen = entry.isIntersecting; settle(); }).observe(figure);
    picture.decode?.().then(() => paint(Number(figure.dataset.apex))).catch(() => { figure.hidden = true; });
    figure.querySelector(".tools").hidden = false;
    settle();
    return loop;
  });
  window.unspokenLoops = loops;
}
