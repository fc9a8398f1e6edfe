// Elements and numbers. Text goes into the page as text alone, never as markup.

const NARROWEST = 200; // pixels of a chart; windows are narrower only while they open
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "style") Object.assign(node.style, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

const el = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

const count = (value) => value.toLocaleString("en-US");
const percent = (value, digits = 1) => (value === null ? "" : (100 * value).toFixed(digits) + "%");
const number = (value, digits = 3) => (value === null || value === undefined ? "" : value.toFixed(digits));
const plural = (value, one, many = one + "s") => `${count(value)} ${value === 1 ? one : many}`;

function table(names, rows, attributes = {}) {
  const inside = (kind, value) => (value instanceof Node && value.tagName === kind.toUpperCase() ? value : el(kind, {}, value));
  return el("div", { class: "wide" },
    el("table", attributes,
      el("thead", {}, el("tr", {}, names.map((name) => inside("th", name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value) => inside("td", value)))))));
}

function section(id, title, ...children) {
  return el("section", { id, "aria-labelledby": id + "-title" }, el("h2", { id: id + "-title" }, title), children);
}

// A chart is drawn anew whenever its width changes, so that its text keeps its size.
function chart(label, draw) {
  const box = el("div", { role: "img", "aria-label": label });
  let width = 0;
  new ResizeObserver(() => {
    const now = box.clientWidth ? Math.max(Math.round(box.clientWidth), NARROWEST) : 0;
    if (now && now !== width) {
      width = now;
      box.replaceChildren(draw(width));
    }
  }).observe(box);
  return box;
}

// What the address asks for after its #, such as tier=2&answer=liver.
const address = {
  read: () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : ""),
  write(name, value) {
    const asked = address.read();
    if (value) asked.set(name, value);
    else asked.delete(name);
    const text = asked.toString();
    history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
  },
};
