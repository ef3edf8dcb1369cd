/* ---- the player: a video when there is one, else a clock that drives the timeline ---- */
const RATES = [0.1, 0.25, 0.5, 1, 1.5, 2];
const player = { playing: false, rate: 1, ready: false, loop: null, toggle: () => {}, setRate: () => {} };

function startPlayer() {
  const video = byId("v"), note = byId("v-note"), button = byId("p-play"), rates = byId("p-rate"), time = byId("p-time"), pick = byId("v-file");
  const { zeros } = data.video;
  let zero = zeros[0];
  let chasing = false, wanted = null, last = 0;

  const show = () => {
    button.textContent = player.playing ? "Pause" : "Play";
    button.setAttribute("aria-pressed", String(player.playing));
  };
  /* A picture is asked for in the middle of the time it is shown: times at its edges may round to its neighbour. */
  function middleOf(t) {
    const times = frameTimes(), i = clamp(nearestIndex(times, t), 0, times.length - 1);
    const next = i + 1 < times.length ? times[i + 1] : times[i] + frameStep();
    return times[i] + Math.min(0.5 * (next - times[i]), 0.02) - zero;
  }
  function seek() {
    if (!player.ready) return;
    if (video.seeking) { chasing = true; return; }
    chasing = false;
    video.currentTime = Math.max(0, middleOf(wanted));
  }
  video.addEventListener("seeked", () => { if (chasing) seek(); });

  view.moved.push((from) => {
    time.textContent = clock(state.cursor);
    if (from === "player") return;
    if (from === "hover") return;
    wanted = state.cursor;
    seek();
  });

  function passed(t) {
    if (player.loop && t > player.loop.b) { moveCursor(player.loop.a, { keep: true }); return; }
    const times = frameTimes();
    moveCursor(times.length ? times[clamp(nearestIndex(times, t), 0, times.length - 1)] : t, { keep: true, from: "player" });
  }

  /* With pictures: the picture that is on the screen says what time it is. */
  function onPicture(_, facts) {
    if (player.playing) passed(facts.mediaTime + zero);
    video.requestVideoFrameCallback(onPicture);
  }
  function onTick(now) {
    if (!player.playing) return;
    if (player.ready) {
      if (!video.requestVideoFrameCallback) passed(video.currentTime + zero);
    } else {
      const t = (clockAt ?? view.whole.a) + Math.min(0.25, (now - last) / 1000) * player.rate;
      clockAt = t;
      passed(t);
      if (player.loop && t > player.loop.b) clockAt = player.loop.a;
      if (t >= view.whole.b) player.toggle();
    }
    last = now;
    requestAnimationFrame(onTick);
  }
  let clockAt = null;

  player.toggle = () => {
    if (!view.track) return;
    player.playing = !player.playing;
    if (player.playing) {
      if (state.cursor === null || state.cursor >= view.whole.b - 1e-3) moveCursor(view.whole.a, { keep: true });
      clockAt = state.cursor; last = performance.now();
      if (player.ready) { video.playbackRate = player.rate; video.play().catch(() => { player.playing = false; show(); }); }
      requestAnimationFrame(onTick);
    } else { if (player.ready) video.pause(); player.loop = null; }
    show();
  };
  player.setRate = (rate) => {
    player.rate = rate;
    rates.value = String(rate);
    if (player.ready) video.playbackRate = rate;
  };
  player.slow = (event) => {
    const edge = 0.1;
    if (player.playing) player.toggle();
    player.setRate(0.25);
    moveCursor(event.t[0] - edge, { keep: true });
    player.loop = { a: event.t[0] - edge, b: event.t[2] + edge };
    player.toggle();
  };
  video.addEventListener("ended", () => { if (player.playing) player.toggle(); });
  video.addEventListener("pause", () => { if (player.playing && player.ready && !video.seeking) player.toggle(); });

  video.addEventListener("loadedmetadata", () => {
    // The browser knows the length: another recording under the same name is not played.
    const lengths = [...zeros.map((z) => data.end - z), data.end - data.start];
    if (Number.isFinite(video.duration) && lengths.every((long) => Math.abs(video.duration - long) > Math.max(1, 0.05 * long))) {
      return fail(`The video is ${clock(video.duration, 0)} long, the recording ${clock(data.end - data.start, 0)}: it is another file, or this browser reads it differently.`);
    }
    if (!video.videoWidth) return fail("This browser plays the sound but cannot show the pictures of this file.");
    byId("stage").classList.add("has-video");
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback((_, facts) => { settleZero(facts.mediaTime); begin(); });
      setTimeout(begin, 1500); // a tab in the background shows no first picture
    } else begin();
  });
  /* Browsers count from the container's zero or from its first time stamp: the first picture tells. */
  function settleZero(first) {
    const start = view.frames?.[0] ?? data.start, off = (z) => Math.abs(first + z - start);
    zero = zeros.reduce((best, z) => off(z) < off(best) ? z : best);
  }
  function begin() {
    if (player.ready) return;
    player.ready = true;
    byId("stage").dataset.ready = "";
    video.preservesPitch = true;
    video.playbackRate = player.rate;
    note.textContent = data.video.note;
    wanted = state.cursor ?? view.whole.a;
    if (player.playing) player.toggle();
    seek();
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(onPicture);
  }
  function fail(text) {
    player.ready = false;
    delete byId("stage").dataset.ready;
    byId("stage").classList.remove("has-video");
    note.textContent = text + " " + data.video.help;
    note.classList.add("bad");
  }
  video.addEventListener("error", () => fail("The video cannot be shown: it is not where it was, or this browser cannot play it."));

  const open = (blob) => { note.classList.remove("bad"); video.src = URL.createObjectURL(blob); };
  pick.addEventListener("change", () => {
    const file = pick.files[0];
    if (!file) return;
    if (data.video.bytes && file.size !== data.video.bytes) return fail(`${file.name} is not the recording: it has ${file.size} bytes, the recording had ${data.video.bytes}.`);
    open(file);
  });
  const packed = byId("video-data");
  if (packed) setTimeout(() => {
    const text = atob(packed.textContent), bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    packed.remove();
    open(new Blob([bytes], { type: packed.dataset.type }));
  }, 60);
  else if (data.video.src) video.src = data.video.src;

  button.onclick = player.toggle;
  rates.onchange = () => player.setRate(Number(rates.value));
  byId("p-back").onclick = () => stepFrame(-1);
  byId("p-on").onclick = () => stepFrame(1);
  byId("tl-prev").onclick = () => neighbour(-1);
  byId("tl-next").onclick = () => neighbour(1);
  byId("p-slow").onclick = () => { const e = state.cursor === null ? null : eventAt(state.cursor); if (e) player.slow(e); };
  show();
}
