// The matrix on a canvas: zoomed by wheel, pinch, keys and buttons, moved by drag, read cell by cell.

const FOUND = 20; // labels around one that was looked for

class HeatMap {
  constructor(matrix, channel, isByCluster) {
    this.matrix = matrix;
    this.size = matrix.labels.length;
    this.longest = longestLabel(matrix.labels);
    this.tree = brackets(matrix);
    const channels = Object.keys(matrix.values);
    this.levels = Object.fromEntries(channels.map((name) => [name, decoded(matrix.values[name])]));
    this.values = Object.fromEntries(channels.map((name) => [name, similarities(this.levels[name], this.size)]));
    this.canvas = el("canvas", { tabindex: 0, role: "application", "aria-label":
      "Similarity matrix. Arrow keys move from cell to cell, plus and minus zoom, 0 shows all." });
    this.output = el("output", { "aria-live": "polite" });
    this.zoom = 1;
    this.left = this.top = 0; // of what is seen, in cells
    this.cell = this.found = null; // what is read, what was looked for
    this.pointers = new Map();
    this.show(channel, isByCluster);
    this.listen();
  }

  show(channel, isByCluster) {
    this.channel = channel;
    this.isByCluster = isByCluster;
    this.order = isByCluster ? this.matrix.order : this.matrix.labels.map((_, place) => place);
    this.image = matrixImage(this.levels[channel], this.order);
    this.cell = this.found = null;
    this.draw();
  }

  draw() {
    if (!this.canvas.clientWidth) return;
    const { width, tree, side, height } = (this.places = measure(this));
    const ratio = window.devicePixelRatio || 1;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.classList.toggle("zoomed", this.zoom > 1);
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const seen = this.size / this.zoom;
    this.left = Math.min(Math.max(this.left, 0), this.size - seen);
    this.top = Math.min(Math.max(this.top, 0), this.size - seen);
    this.step = side / seen;
    context.fillStyle = themed("--line");
    context.fillRect(tree, 0, side, side);
    context.imageSmoothingEnabled = this.step < 1;
    context.drawImage(this.image, this.left, this.top, seen, seen, tree, 0, side, side);
    if (this.step >= READABLE) inSquare(this, context, () => drawNumbers(this, context));
    if (this.isByCluster) drawTree(this, context);
    drawLabels(this, context);
    if (this.cell) inSquare(this, context, () => drawCell(this, context));
    this.tell();
  }

  // Shows `factor` times as much detail and keeps what lies under a point of the square where it is.
  zoomBy(factor, x = this.places.side / 2, y = this.places.side / 2) {
    const [column, row] = [this.left + x / this.step, this.top + y / this.step];
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), Math.max(this.size / 4, 1));
    const step = this.places.side / (this.size / this.zoom);
    [this.left, this.top] = [column - x / step, row - y / step];
    this.draw();
  }

  showAll() {
    this.zoom = 1;
    this.draw();
  }

  // Goes to a label: its nearest one is the cell.
  find(label) {
    const place = this.order.indexOf(label);
    const [best] = nearest(this.values[this.channel], this.size, label, 1);
    this.zoom = Math.max(this.zoom, this.size / FOUND, 1);
    const seen = this.size / this.zoom;
    this.cell = [place, best === undefined ? place : this.order.indexOf(best)];
    [this.top, this.left] = [this.cell[0] + 0.5 - seen / 2, this.cell[1] + 0.5 - seen / 2];
    const near = nearest(this.values[this.channel], this.size, label, 5)
      .map((other) => `${this.matrix.labels[other]} ${number(this.values[this.channel](label, other), 2)}`);
    this.found = `Most similar to ${this.matrix.labels[label]}: ${near.join(", ")}.`;
    this.draw();
  }

  choose(row, column) {
    this.found = null;
    this.cell = [row, column].map((place) => Math.min(Math.max(place, 0), this.size - 1));
    const seen = this.size / this.zoom;
    this.top = Math.min(Math.max(this.top, this.cell[0] + 1 - seen), this.cell[0]);
    this.left = Math.min(Math.max(this.left, this.cell[1] + 1 - seen), this.cell[1]);
    this.draw();
  }

  tell() {
    if (this.found) {
      this.output.textContent = this.found;
    } else if (this.cell) {
      const [one, other] = this.cell.map((place) => this.order[place]);
      const told = Object.entries(this.values).map(([name, value]) => {
        const found = value(one, other);
        return `${name} ${found === null ? "not compared" : number(found, 2)}`;
      });
      const [a, b] = [this.matrix.labels[one], this.matrix.labels[other]];
      this.output.textContent = one === other ? `${a}: in ${plural(this.matrix.questions[one], "question")}`
        : `${a} and ${b}: ${told.join(", ")}`;
    } else {
      this.output.textContent = this.every > 1
        ? `One label of ${this.every} is named; zoom in to read all.` : "Point at a cell to read it.";
    }
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left - this.places.tree, event.clientY - box.top];
  }

  listen() {
    const canvas = this.canvas;
    new ResizeObserver(() => { if (canvas.clientWidth !== this.places?.width) { this.draw(); } }).observe(canvas);
    onTheme(() => this.draw());
    // The wheel scrolls the page until the matrix was clicked, or with Ctrl, as pinching on a touchpad reports.
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), ...this.at(event));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, this.at(event));
      this.point(event);
    });
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    const now = this.at(event);
    if (!before) {
      this.point(event);
      return;
    }
    const other = [...this.pointers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other) {
      const apart = (point) => Math.max(Math.hypot(point[0] - other[0], point[1] - other[1]), 10);
      this.zoomBy(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (this.zoom > 1) {
      this.left -= (now[0] - before[0]) / this.step;
      this.top -= (now[1] - before[1]) / this.step;
      this.draw();
    }
  }

  point(event) {
    const [x, y] = this.at(event);
    if (x < 0 || y < 0 || x >= this.places.side || y >= this.places.side) return;
    this.choose(Math.floor(this.top + y / this.step), Math.floor(this.left + x / this.step));
  }

  key(event) {
    const [row, column] = this.cell || [Math.floor(this.top), Math.floor(this.left)];
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key in moves) this.choose(row + moves[event.key][0], column + moves[event.key][1]);
    else if (event.key === "+" || event.key === "=") this.zoomBy(1.5);
    else if (event.key === "-") this.zoomBy(1 / 1.5);
    else if (event.key === "0") this.showAll();
    else return;
    event.preventDefault();
  }
}
