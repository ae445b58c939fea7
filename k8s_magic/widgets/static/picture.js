// The one front end of all pictures: swaps frames of SVG, and moves what has the same data-id in two of them.
// All of it runs here, from state it already has, so that it also works while the kernel is busy or gone.

const MOVE_MS = 450;
const LONGEST_PLAY_MS = 9000;

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
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  return document.importNode(root, true);
}

function places(svg) {
  const found = new Map();
  for (const node of svg.querySelectorAll("[data-id]")) found.set(node.dataset.id, node.getBoundingClientRect());
  return found;
}

function render({ model, el }) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const root = document.createElement("div");
  root.className = "k8sm";
  const stage = document.createElement("div");
  stage.className = "k8sm-stage";
  stage.tabIndex = 0;
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
  let frames = [];
  let at = 0;
  let timer = null;

  const playButton = button("Play", "play", () => (timer ? pause() : play(at >= frames.length - 1 ? 0 : at)));
  const back = button("Back one step", "back", () => { pause(); go(at - 1, true); });
  const forward = button("Forward one step", "forward", () => { pause(); go(at + 1, true); });
  slider.addEventListener("input", () => { pause(); go(Number(slider.value), true); });
  controls.append(back, playButton, forward, slider, step, caption);
  root.append(stage, controls, live);
  el.append(root);

  function animate(before, svg) {
    if (calm.matches) return;
    const shown = places(svg);
    for (const node of svg.querySelectorAll("[data-id]")) {
      const old = before.get(node.dataset.id);
      const now = shown.get(node.dataset.id);
      if (!old) {
        node.animate([{ opacity: 0 }, { opacity: 1 }], { duration: MOVE_MS });
        continue;
      }
      // A transform inside an SVG counts in its own units, which differ from the screen's where the picture is scaled.
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width || 1;
      const dx = (old.left - now.left) / scale;
      const dy = (old.top - now.top) / scale;
      if (Math.abs(dx) + Math.abs(dy) > 0.5) {
        const from = `translate(${dx}px, ${dy}px)`;
        node.animate([{ transform: from }, { transform: "translate(0, 0)" }], { duration: MOVE_MS, easing: "ease-in-out" });
      }
    }
  }

  function go(index, tell) {
    if (!frames.length) return;
    at = Math.max(0, Math.min(index, frames.length - 1));
    const frame = frames[at];
    const old = stage.querySelector("svg");
    const before = old ? places(old) : new Map();
    const svg = parse(frame.svg);
    stage.replaceChildren(svg);
    if (old) animate(before, svg);
    slider.value = at;
    const last = frames.length - 1;
    step.textContent = `step ${at}/${last}${frame.time ? " " + frame.time : ""}`;
    caption.textContent = frame.caption;
    slider.setAttribute("aria-valuetext", `${step.textContent}: ${frame.caption}`);
    stage.setAttribute("aria-label", "Picture of the cluster. Left and right arrow keys step, space plays.");
    if (tell) live.textContent = `${step.textContent}: ${frame.caption}`;
    root.dataset.step = at;
    if (model.get("index") !== at) { model.set("index", at); model.save_changes(); }
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
    const pace = Math.max(180, Math.min(900, LONGEST_PLAY_MS / Math.max(frames.length, 1)));
    label(playButton, "Pause", "pause");
    root.dataset.playing = "yes";
    const next = () => {
      if (!el.isConnected || at >= frames.length - 1) {
        pause();
        live.textContent = frames[at].caption;
        return;
      }
      go(at + 1, false);
      timer = setTimeout(next, pace);
    };
    timer = setTimeout(next, pace);
  }

  function changed() {
    frames = model.get("frames") || [];
    const several = frames.length > 1;
    controls.style.display = several ? "" : "none";
    slider.max = Math.max(frames.length - 1, 0);
    root.dataset.frames = frames.length;
    if (!several || calm.matches) { pause(); go(frames.length - 1, true); } else play(0);
  }

  stage.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: frames.length - 1 };
    if (event.key in moves) { pause(); go(moves[event.key], true); }
    else if (event.key === " ") { if (timer) pause(); else play(at >= frames.length - 1 ? 0 : at); }
    else return;
    event.preventDefault();
    event.stopPropagation();  // JupyterLab would take the keys for its cells.
  });

  const dress = () => root.classList.toggle("k8sm-dark", isDark(el));
  const theme = new MutationObserver(dress);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  dress();
  model.on("change:frames", changed);
  changed();
  return () => {
    if (timer) clearTimeout(timer);
    theme.disconnect();
    model.off("change:frames", changed);
  };
}

export default { render };
