// The similarity matrix: its values, its order, its tree.

const UNKNOWN = 255;
const MOST = 254; // the level of a similarity of 1

function decoded(text) {
  const bytes = atob(text);
  const values = new Uint8Array(bytes.length);
  for (let place = 0; place < bytes.length; place++) values[place] = bytes.charCodeAt(place);
  return values;
}

// Where the pair of two labels stands among all values, by their places in alphabetical order.
const pairAt = (size, one, other) => {
  const [low, high] = one < other ? [one, other] : [other, one];
  return low * size - (low * (low + 1)) / 2 + high - low - 1;
};

// What looks up the similarity of two labels, 0 to 1 or null.
function similarities(levels, size) {
  return (one, other) => {
    if (one === other) return 1;
    const level = levels[pairAt(size, one, other)];
    return level === UNKNOWN ? null : level / MOST;
  };
}

// The joins as brackets in units of leaves: [from, to, distance, distance below from, distance below to].
function brackets(matrix) {
  const size = matrix.labels.length;
  const middle = new Array(size);
  const height = new Array(size).fill(0);
  matrix.order.forEach((label, place) => { middle[label] = place + 0.5; });
  return matrix.joins.map(([one, other, distance]) => {
    middle.push((middle[one] + middle[other]) / 2);
    height.push(distance);
    return [middle[one], middle[other], distance, height[one], height[other]];
  });
}

// One pixel per pair, in the order that is shown; four million of them take a tenth of a second.
function matrixImage(levels, order) {
  const size = order.length;
  const canvas = el("canvas", { width: size, height: size });
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(256); // what was not compared stays transparent
  const bytes = new Uint8ClampedArray(colours.buffer);
  for (let level = 0; level <= MOST; level++) bytes.set([...viridis(level / MOST), 255], 4 * level);
  for (let row = 0; row < size; row++) {
    pixels[row * size + row] = colours[MOST];
    for (let column = 0; column < row; column++) {
      const colour = colours[levels[pairAt(size, order[row], order[column])]];
      pixels[row * size + column] = colour;
      pixels[column * size + row] = colour;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// The labels most similar to one, as many as asked for.
function nearest(value, size, label, most) {
  return Array.from({ length: size }, (_, other) => other)
    .filter((other) => other !== label && value(label, other) !== null)
    .sort((one, other) => value(label, other) - value(label, one))
    .slice(0, most);
}
