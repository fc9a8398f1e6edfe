// Axes, lines, bars and intervals as SVG.

const FRACTIONS = [0, 0.25, 0.5, 0.75, 1];

function axes(width, height, margin, x, y) {
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const across = (value) => margin.left + ((value - x.low) / (x.high - x.low || 1)) * (right - margin.left);
  const up = (value) => bottom - ((value - y.low) / (y.high - y.low || 1)) * (bottom - margin.top);
  const frame = svg("g", {},
    y.ticks.map((tick) => [
      svg("line", { class: "axis", x1: margin.left, x2: right, y1: up(tick), y2: up(tick) }),
      svg("text", { x: margin.left - 7, y: up(tick) + 4, "text-anchor": "end" }, y.format(tick)),
    ]),
    x.ticks.map((tick) => svg("text", { x: across(tick), y: bottom + 17, "text-anchor": "middle" }, x.format(tick))),
    x.title ? svg("text", { x: (margin.left + right) / 2, y: bottom + 35, "text-anchor": "middle" }, x.title) : null,
    y.title ? svg("text", { x: 0, y: margin.top - 9, "text-anchor": "start" }, y.title) : null);
  return { across, up, frame, bottom, right };
}

function line(xs, ys, across, up, style) {
  let path = "";
  let isOpen = false;
  xs.forEach((x, place) => {
    if (ys[place] === null) {
      isOpen = false;
      return;
    }
    path += `${isOpen ? "L" : "M"}${across(x).toFixed(1)} ${up(ys[place]).toFixed(1)}`;
    isOpen = true;
  });
  return svg("path", {
    d: path, fill: "none", "stroke-linejoin": "round", "stroke-width": style.width, "stroke-dasharray": style.dash,
    style: { stroke: style.colour },
  });
}

function band(xs, lows, highs, across, up) {
  const there = xs.map((x, place) => `${across(x).toFixed(1)} ${up(highs[place]).toFixed(1)}`);
  const back = xs.map((x, place) => `${across(x).toFixed(1)} ${up(lows[place]).toFixed(1)}`).reverse();
  return svg("path", { d: `M${there.concat(back).join("L")}Z`, opacity: 0.13, style: { fill: "var(--ink)" } });
}

function legend(entries) {
  return el("ul", { class: "legend" }, entries.map(([name, style]) => el("li", {},
    style.width
      ? svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" },
        svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": style.width + 0.5, "stroke-dasharray": style.dash,
          style: { stroke: style.colour } }))
      : el("span", { class: "swatch", style: { background: style.colour } }),
    name)));
}

const tierLegend = (tiers) =>
  tiers.length > 1 && legend(tiers.map((tier, place) => [`tier ${tier.tier}`, { colour: tierColour(place, tiers.length) }]));

// Round numbers from 0 to at least `high`, about as many as asked for.
function ticksTo(high, about) {
  const rough = high / about || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= rough * 0.999);
  const ticks = [];
  for (let tick = 0; tick < high + step * 0.999; tick += step) ticks.push(tick);
  return ticks;
}

// Points with their intervals in rows, and a line at what is expected.
function intervals(rows, expected, width) {
  const narrow = width < 520;
  const step = narrow ? 42 : 30;
  const margin = { left: narrow ? 8 : 285, right: 16, top: 18, bottom: 24 };
  const height = margin.top + margin.bottom + rows.length * step;
  const high = Math.min(1, Math.max(...rows.map((row) => row.high), expected) * 1.15);
  const ticks = ticksTo(high, 4).filter((tick) => tick <= high + 1e-9);
  const across = (value) => margin.left + (value / high) * (width - margin.left - margin.right);
  const bottom = height - margin.bottom;
  return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}` },
    ticks.map((tick) => [
      svg("line", { class: "axis", x1: across(tick), x2: across(tick), y1: margin.top, y2: bottom }),
      svg("text", { x: across(tick), y: bottom + 17, "text-anchor": "middle" }, percent(tick, 0)),
    ]),
    svg("line", { class: "mark", x1: across(expected), x2: across(expected), y1: margin.top, y2: bottom,
      "stroke-dasharray": "4 3" }),
    svg("text", { x: across(expected), y: margin.top - 6, "text-anchor": "middle" }, `chance ${percent(expected, 0)}`),
    rows.map((row, place) => {
      const y = margin.top + step * (place + (narrow ? 0.72 : 0.5));
      return [
        svg("text", { class: "ink", x: narrow ? margin.left : margin.left - 12, y: narrow ? y - 13 : y + 4,
          "text-anchor": narrow ? "start" : "end" }, row.name),
        svg("line", { x1: across(row.low), x2: across(row.high), y1: y, y2: y, stroke: tierColour(2, 3), "stroke-width": 2.5 }),
        svg("circle", { cx: across(row.figure), cy: y, r: 5, fill: tierColour(2, 3) }),
        svg("text", { class: "ink", x: across(row.high) + 8, y: y + 4 }, percent(row.figure)),
      ];
    }));
}
