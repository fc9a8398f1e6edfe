// How the matrix is drawn on its canvas: what is where, the tree, the labels, the numbers and the cell that is read.

const FONT = (size) => `${size}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
const READABLE = 33; // pixels of a cell that holds its number

// What is where, in CSS pixels: the tree, the square, labels right of it and below.
function measure(map) {
  const width = map.canvas.clientWidth;
  const gutter = Math.min(map.longest + 14, width < 520 ? width * 0.3 : 220);
  const tree = map.isByCluster ? Math.min(width * 0.12, 90) : 0;
  const side = Math.min(width - gutter - tree, 44 * map.size, Math.max(window.innerHeight * 0.78, 360));
  return { width, gutter, tree, side, height: side + gutter };
}

function longestLabel(labels) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = FONT(13);
  return Math.max(...labels.map((label) => context.measureText(label).width));
}

// Draws within the square alone.
function inSquare(map, context, draw) {
  const { tree, side } = map.places;
  context.save();
  context.beginPath();
  context.rect(tree, 0, side, side);
  context.clip();
  draw();
  context.restore();
}

function drawNumbers(map, context) {
  const { tree } = map.places;
  const soft = themed("--soft");
  const last = (first) => Math.min(Math.ceil(first + map.size / map.zoom), map.size);
  context.font = FONT(Math.min(map.step * 0.3, 13));
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = Math.floor(map.top); row < last(map.top); row++) {
    for (let column = Math.floor(map.left); column < last(map.left); column++) {
      if (row === column) continue;
      const value = map.values[map.channel](map.order[row], map.order[column]);
      context.fillStyle = value === null ? soft : textOn(viridis(value));
      const at = [(column + 0.5 - map.left) * map.step + tree, (row + 0.5 - map.top) * map.step];
      context.fillText(value === null ? "–" : number(value, 2), ...at);
    }
  }
}

function drawTree(map, context) {
  const { tree, side } = map.places;
  const high = Math.max(...map.tree.map((join) => join[2]), 1e-9);
  const across = (distance) => tree - 4 - (distance / high) * (tree - 8);
  const down = (leaf) => (leaf - map.top) * map.step;
  context.save();
  context.beginPath();
  context.rect(0, 0, tree, side);
  context.clip();
  context.strokeStyle = themed("--soft");
  context.lineWidth = map.step < 3 ? 0.6 : 1.1;
  context.beginPath();
  for (const [from, to, distance, below, above] of map.tree) {
    context.moveTo(across(below), down(from));
    context.lineTo(across(distance), down(from));
    context.lineTo(across(distance), down(to));
    context.lineTo(across(above), down(to));
  }
  context.stroke();
  context.restore();
}

function drawLabels(map, context) {
  const { tree, side, gutter } = map.places;
  const font = Math.min(Math.max(map.step * 0.8, 10), 13);
  const every = Math.max(Math.ceil((font + 1) / map.step), 1);
  context.font = FONT(font);
  context.textBaseline = "middle";
  const short = (label) => {
    let text = label;
    while (text.length > 1 && context.measureText(text).width > gutter - 10) text = text.slice(0, -2).trimEnd() + "…";
    return text;
  };
  const [ink, soft] = [themed("--ink"), themed("--soft")];
  for (let place = 0; place < map.size; place += 1) {
    if (place % every !== every >> 1) continue;
    const text = short(map.matrix.labels[map.order[place]]);
    const [x, y] = [place + 0.5 - map.left, place + 0.5 - map.top].map((cells) => cells * map.step);
    if (y > 0 && y < side) {
      context.fillStyle = map.cell && map.cell[0] === place ? ink : soft;
      context.textAlign = "left";
      context.fillText(text, tree + side + 6, y);
    }
    if (x > 0 && x < side) {
      context.fillStyle = map.cell && map.cell[1] === place ? ink : soft;
      context.save();
      context.translate(tree + x, side + 6);
      context.rotate(-Math.PI / 2);
      context.textAlign = "right";
      context.fillText(text, 0, 0);
      context.restore();
    }
  }
  map.every = every;
}

function drawCell(map, context) {
  const { tree } = map.places;
  const [y, x] = [(map.cell[0] - map.top) * map.step, (map.cell[1] - map.left) * map.step];
  const edge = Math.max(map.step, 4);
  for (const [width, colour] of [[3.5, "#000"], [1.5, "#fff"]]) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.strokeRect(tree + x, y, edge, edge);
  }
}
