// Colours that any colour vision tells apart: viridis for similarities, Okabe and Ito's hues for tiers and channels.

const VIRIDIS = ["440154", "482878", "3e4a89", "31688e", "26828e", "1f9e89", "35b779", "6dcd59", "b4de2c", "fde725"]
  .map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

const mix = (stops, share) => {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  return stops[low].map((value, part) => Math.round(value + (stops[low + 1][part] - value) * (place - low)));
};
const css = (rgb) => `rgb(${rgb.join(" ")})`;
const viridis = (share) => mix(VIRIDIS, share);
const textOn = (rgb) => (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140 ? "#000" : "#fff");

// Both ends and the middle have a contrast of 3 to 1 or more on white and on black.
const EASY_TO_HARD = [[0, 114, 178], [194, 133, 0], [213, 94, 0]];
const tierColour = (place, of) => css(of < 2 ? EASY_TO_HARD[0] : mix(EASY_TO_HARD, place / (of - 1)));

const CHANNEL_LINES = {
  "S(q)": { colour: "var(--ink)", width: 2.4 },
  "text encoder": { colour: "#009e73", width: 1.5, dash: "6 3" },
  "CLIP, text tower": { colour: "#cc79a7", width: 1.5, dash: "2 2.5" },
  "CLIP, image tower": { colour: "#3f9ad0", width: 1.5, dash: "9 3 2 3" },
  "the question's own image": { colour: "#a07040", width: 1.5, dash: "1 3" },
};

// A variable of the style as a colour that a canvas takes, for the theme that is on.
function themed(name) {
  const probe = el("span", { style: { color: `var(${name})`, display: "none" } });
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

const redraws = [];
const onTheme = (draw) => redraws.push(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraws.forEach((draw) => draw()));

function setTheme(name) {
  document.documentElement.style.colorScheme = name || "";
  redraws.forEach((draw) => draw());
}

function themeButton() {
  const names = ["", "light", "dark"];
  const shown = { "": "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  let now = names.includes(address.read().get("theme")) ? address.read().get("theme") : "";
  setTheme(now);
  return el("button", {
    type: "button",
    id: "theme",
    onclick: (event) => {
      now = names[(names.indexOf(now) + 1) % names.length];
      event.target.textContent = shown[now];
      address.write("theme", now);
      setTheme(now);
    },
  }, shown[now]);
}
