/* ---- what is under the playhead, in words and key frames ---- */
function startNow() {
  const read = byId("tl-read"), place = byId("now-place"), said = byId("now-said"), stills = byId("stills");
  let shownStill = null, timer = 0;

  const line = (target, ...parts) => { target.replaceChildren(...parts.filter(Boolean)); };

  function tell() {
    if (state.cursor === null || !view.track) return;
    const t = state.cursor, event = eventAt(t);
    const segments = data.segments.filter((s) => s.t[0] <= t && (t < s.t[1] || s.t[0] === s.t[1] && t === s.t[0]));
    line(place, ...segments.map((s) => make("span", {}, make("small", { text: s.kind + " " }), s.label)));
    const words = data.said.filter((u) => u[1] <= t && t <= u[2]);
    line(said, ...words.map((u) => make("p", {}, make("b", { text: data.speakers[u[0]].label + ": " }), u[3])));
    tellValues(t, event);
    still(t, event);
    showMoment(event && event.kind !== "blink" ? event : null);
  }

  function tellValues(t, event) {
    const parts = [], { track } = view, i = sampleAt(t);
    if (event) parts.push(`${event.kind} ${event.id}`);
    const near = view.artefacts.filter((a) => a[2] <= t && t <= a[3]).map((a) => data.artefactKinds[a[0]] + (a[4] ? ` (${a[4]} part)` : ""));
    if (near.length) parts.push([...new Set(near)].join(", "));
    if (i === null) parts.push("face not in view");
    else if (track.gap[i]) parts.push("not measured: " + data.gaps[track.gap[i]]);
    else {
      const values = [], hidden = [];
      for (const row of view.rows) row.keys.forEach((k, s) => {
        const v = track.keys[k].high[i], se = errorOf(track.keys[k], i), name = `AU${row.code}${row.sides[s] === "M" ? "" : row.sides[s]}`;
        if (v === data.missing) hidden.push(name);
        else if (se > 0) values.push({ z: Math.abs(v) * data.step / se, name, v: v * data.step, se });
      });
      values.sort((p, q) => q.z - p.z);
      parts.push(values.slice(0, 6).map((v) => `${v.name} ${(100 * v.v).toFixed(0).replace("-", "−")} ± ${(100 * v.se).toFixed(1)} %`).join(", "));
      if (hidden.length) parts.push(`not measured, behind a hand: ${hidden.slice(0, 6).join(", ")}${hidden.length > 6 ? ` and ${hidden.length - 6} more` : ""}`);
    }
    line(read, make("p", {}, make("b", { text: clock(t) }), ["", ...parts].join(" · ")));
  }

  /* Without a video the key frames of the nearest event stand in for it. */
  function still(t, event) {
    if (!stills) return;
    const near = event ?? view.events.filter((e) => e.kind !== "blink").sort((p, q) => Math.abs(p.t[1] - t) - Math.abs(q.t[1] - t))[0];
    if (near?.id !== shownStill) {
      shownStill = near?.id;
      const figures = near ? [...document.querySelectorAll(`#e-${CSS.escape(near.id)} .strip figure`)].slice(0, 3) : [];
      stills.replaceChildren(...figures.map((f, i) => make("figure", {}, make("img", { src: f.querySelector("img").src, alt: f.querySelector("img").alt }), make("figcaption", { text: ["onset", "apex", "offset"][i] }))));
      if (!figures.length) stills.append(make("p", { text: near ? "No key frames of this event." : "No key frames here." }));
    }
    if (!near) return;
    const at = near.t.map((m) => Math.abs(m - t)), now = event ? at.indexOf(Math.min(...at)) : -1;
    [...stills.children].forEach((f, i) => f.classList.toggle("now", i === now));
  }

  view.moved.push(() => { clearTimeout(timer); timer = setTimeout(tell, 40); });
}
