// The one front end of all pictures: goes from frame to frame of SVG, and moves what has the same data-id in both.
// All of it runs here, from state it already has, so that it also works while the kernel is busy or gone.

const MOVE_MS = 450;
const FADE_MS = 250;
const LONGEST_PLAY_MS = 9000;
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const HELP = "Picture of the cluster. Left and right arrow keys step, Home and End jump, space plays, plus and minus change the speed.";

// Drawn, because not every machine has a font with signs for these.
const ICONS = {
  play: "M5 3l10 6-10 6z",
  pause: "M5 3h3v12H5zM10 3h3v12h-3z",
  back: "M13 3L5 9l8 6z",
  forward: "M4 3l8 6-8 6zM13 3h2v12h-2z",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 18 18");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function button(words, sign, action) {
  const element = document.createElement("button");
  element.type = "button";
  label(element, words, sign);
  element.addEventListener("click", action);
  return element;
}

function label(element, words, sign) {
  element.replaceChildren(icon(sign));
  element.setAttribute("aria-label", words);
  element.title = words;
}

function isDark(el) {
  const host = el.closest("[data-jp-theme-light]") || document.body;
  if (host.dataset.jpThemeLight !== undefined) return host.dataset.jpThemeLight === "false";
  if (document.body.classList.contains("vscode-dark")) return true;
  return false;
}

function parse(svg) {
  return document.adoptNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement);
}

// The nodes of each of these parts of an SVG.
function nodesOf(parts) {
  const groups = parts.map((part) => `<g>${part}</g>`).join("");
  const svg = parse(`<svg xmlns="http://www.w3.org/2000/svg">${groups}</svg>`);
  return [...svg.childNodes].map((group) => [...group.childNodes]);
}

// By id: the elements that may move. Each stands in a group that holds its place.
function movable(nodes) {
  const found = new Map();
  for (const node of nodes) {
    const inner = node.firstChild;
    if (inner?.dataset?.id) found.set(inner.dataset.id, inner);
  }
  return found;
}

function placeOf(inner) {
  return (/translate\(([-\d.e]+) ([-\d.e]+)/.exec(inner.parentNode.getAttribute("transform")) || [0, 0, 0]).slice(1).map(Number);
}

// Compressed JSON (see _history.py).
async function unpacked(bytes) {
  if (!bytes?.byteLength) return {};
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

// Steps hold what differs from the step before (see _history.py).
function decoded(history) {
  let now = [];
  return (history.steps || []).map(([changes, caption, time]) => {
    now = now.slice();
    for (const [where, gone, come] of changes) now.splice(where, gone, ...come);
    return { parts: now, caption, time };
  });
}

function select(words, options, chosen, action) {
  const element = document.createElement("select");
  element.setAttribute("aria-label", words);
  element.title = words;
  fill(element, options, chosen);
  element.addEventListener("change", () => action(Number(element.value)));
  return element;
}

function fill(element, options, chosen) {
  element.replaceChildren(...options.map(([value, words]) => new Option(words, value, false, value === chosen)));
}

function render({ model, el }) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const root = document.createElement("div");
  root.className = "k8sm";
  const stage = document.createElement("div");
  stage.className = "k8sm-stage";
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", HELP);
  const controls = document.createElement("div");
  controls.className = "k8sm-controls";
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = 0;
  slider.setAttribute("aria-label", "Step");
  const step = document.createElement("span");
  step.className = "k8sm-step";
  const caption = document.createElement("span");
  caption.className = "k8sm-caption";
  const live = document.createElement("div");
  live.className = "k8sm-hidden";
  live.setAttribute("aria-live", "polite");
  let pieces = [];
  let frames = [];
  let marks = [];
  let begin = 0;  // Where the range begins that is played and scrubbed: some command's first step.
  let at = 0;
  let speed = 1;
  let timer = null;
  let shown = { head: "", svg: null, parts: [] };

  const playButton = button("Play", "play", () => (timer ? pause() : play(at >= frames.length - 1 ? begin : at)));
  const back = button("Back one step", "back", () => { pause(); go(at - 1, true); });
  const forward = button("Forward one step", "forward", () => { pause(); go(at + 1, true); });
  slider.addEventListener("input", () => { pause(); go(begin + Number(slider.value), true); });
  const speeds = select("Speed", SPEEDS.map((value) => [value, `${value}×`]), 1, (value) => { speed = value; });
  const since = select("Since which command", [], 0, (value) => { pause(); begin = value; ranged(); go(begin, true); });
  controls.append(back, playButton, forward, slider, speeds, since, step, caption);
  root.append(stage, controls, live);
  el.append(root);

  // What stays from one frame to the next are the same elements, so that a step costs as much as it changes.
  function show(parts) {
    const [head, ...rest] = parts.slice(0, -1).map((number) => pieces[number]);
    if (head !== shown.head) {
      shown = { ...shown, head, svg: parse(`${head}</svg>`) };
      stage.replaceChildren(shown.svg);
    }
    for (const ghost of shown.svg.querySelectorAll(".k8sm-ghost")) ghost.remove();
    const kept = new Map();
    for (const [part, nodes] of shown.parts) {
      if (!kept.has(part)) kept.set(part, []);
      kept.get(part).push(nodes);
    }
    const parted = rest.map((part) => [part, kept.get(part)?.shift()]);
    const missing = parted.filter(([, nodes]) => !nodes);
    const made = nodesOf(missing.map(([part]) => part));
    missing.forEach((entry, number) => { entry[1] = made[number]; });
    const gone = [...kept.values()].flat(2);
    for (const node of gone) node.remove();
    let next = shown.svg.firstChild;
    for (const node of parted.flatMap(([, nodes]) => nodes)) {
      if (node === next) next = next.nextSibling;
      else shown.svg.insertBefore(node, next);
    }
    const had = shown.parts.length > 0;
    shown.parts = parted;
    if (had && !calm.matches) animate(gone, made.flat());
  }

  // What has moved travels, what is new or has changed fades in, what is gone fades out.
  function animate(gone, made) {
    const old = movable(gone);
    const duration = timer ? Math.min(MOVE_MS, pace() * 0.85) : MOVE_MS;
    const fade = Math.min(FADE_MS, duration);
    for (const [id, inner] of movable(made)) {
      const before = old.get(id);
      if (!before) { inner.animate([{ opacity: 0 }, { opacity: 1 }], fade); continue; }
      old.delete(id);
      const [[x, y], [toX, toY]] = [placeOf(before), placeOf(inner)];
      if (x === toX && y === toY) inner.animate([{ opacity: 0.4 }, { opacity: 1 }], fade);
      else inner.animate([{ transform: `translate(${x - toX}px, ${y - toY}px)` }, { transform: "translate(0, 0)" }], { duration, easing: "ease-in-out" });
    }
    for (const node of made) if (node.matches(".k8sm-edge, .k8sm-edge-head")) node.animate([{ opacity: 0 }, { opacity: 1 }], duration);
    for (const inner of old.values()) {
      const ghost = inner.parentNode;
      inner.removeAttribute("data-id");
      ghost.setAttribute("class", "k8sm-ghost");
      shown.svg.append(ghost);
      inner.animate([{ opacity: 1 }, { opacity: 0 }], { duration: fade, fill: "forwards" }).onfinish = () => ghost.remove();
    }
  }

  function go(index, tell) {
    if (!frames.length) return;
    at = Math.max(begin, Math.min(index, frames.length - 1));
    const frame = frames[at];
    show(frame.parts);
    slider.value = at - begin;
    step.textContent = `step ${at - begin}/${frames.length - 1 - begin}${frame.time ? " " + frame.time : ""}`;
    const mark = at > begin && marks.find(([where]) => where === at);
    const told = mark && mark[1] ? `before kubectl ${mark[1]}` : frame.caption;
    caption.textContent = told;
    slider.setAttribute("aria-valuetext", `${step.textContent}: ${told}`);
    if (tell) live.textContent = `${step.textContent}: ${told}`;
    root.dataset.step = at - begin;
  }

  function pause() {
    if (timer) clearTimeout(timer);
    timer = null;
    label(playButton, "Play", "play");
    root.dataset.playing = "no";
  }

  function play(from) {
    pause();
    go(from, false);
    label(playButton, "Pause", "pause");
    root.dataset.playing = "yes";
    const next = () => {
      if (!el.isConnected || at >= frames.length - 1) {
        pause();
        live.textContent = frames[at].caption;
        return;
      }
      go(at + 1, false);
      timer = setTimeout(next, pace());
    };
    timer = setTimeout(next, pace());
  }

  function pace() {
    return Math.max(180, Math.min(900, LONGEST_PLAY_MS / Math.max(frames.length - begin, 1))) / speed;
  }

  function setSpeed(by) {
    const index = Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed) + by));
    speed = SPEEDS[index];
    speeds.value = speed;
    live.textContent = `speed ${speed}`;
  }

  // What depends on the range that is played.
  function ranged() {
    slider.max = Math.max(frames.length - 1 - begin, 0);
    root.dataset.frames = frames.length - begin;
  }

  async function changed() {
    const bytes = model.get("history");
    const history = await unpacked(bytes);
    if (bytes !== model.get("history")) return;  // A newer one has come meanwhile.
    pieces = history.pieces || [];
    frames = decoded(history);
    marks = history.marks || [];
    const newest = marks.length ? marks[marks.length - 1][0] : 0;
    const several = frames.length - newest > 1;
    // With nothing new the steps of the command before stay within reach.
    begin = several || marks.length < 2 ? newest : marks[marks.length - 2][0];
    const options = marks.map(([where, words]) => [where, words ? `since kubectl ${words}` : "since this cell"]);
    fill(since, options.filter(([where]) => where <= begin).reverse(), begin);
    since.style.display = options.length > 1 ? "" : "none";
    controls.style.display = frames.length - begin > 1 ? "" : "none";
    ranged();
    if (!several || calm.matches) { pause(); go(frames.length - 1, true); } else play(begin);
  }

  // On the window, and before all others: Notebook 7 takes the arrow keys for its cells before they get to an element.
  const keyed = (event) => {
    if (!stage.contains(event.target)) return;
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: begin, End: frames.length - 1 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves) { pause(); go(moves[event.key], true); }
    else if (event.key === " ") { if (timer) pause(); else play(at >= frames.length - 1 ? begin : at); }
    else if (event.key === "+" || event.key === "-") setSpeed(event.key === "+" ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("keydown", keyed, true);

  // Resting on a workload's name, by pointer or focus, shows which pods are its own.
  const marked = (event) => {
    const leaves = event.type === "focusout" || event.type === "pointerleave";
    const of = leaves ? undefined : event.target.closest?.(".k8sm-key")?.dataset.of;
    if (of === root.dataset.of) return;
    if (of) root.dataset.of = of; else delete root.dataset.of;
    for (const pod of stage.querySelectorAll("[data-id][data-of]")) pod.classList.toggle("k8sm-other", !!of && pod.dataset.of !== of);
  };
  for (const kind of ["pointerover", "pointerleave", "focusin", "focusout"]) stage.addEventListener(kind, marked);

  const dress = () => root.classList.toggle("k8sm-dark", isDark(el));
  const theme = new MutationObserver(dress);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  dress();
  model.on("change:history", changed);
  changed();
  return () => {
    if (timer) clearTimeout(timer);
    theme.disconnect();
    window.removeEventListener("keydown", keyed, true);
    model.off("change:history", changed);
  };
}

export default { render };
