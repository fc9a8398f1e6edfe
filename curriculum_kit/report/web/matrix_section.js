// The section around the heat map: what is shown, in which order, and where a label stands.

function colourScale() {
  const canvas = el("canvas", { width: 254, height: 1, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  for (let level = 0; level < 254; level++) {
    context.fillStyle = css(viridis(level / 253));
    context.fillRect(level, 0, 1, 1);
  }
  return el("div", { class: "scale" }, "0", canvas, "1, the most similar pair");
}

function select(name, label, options, chosen, onchange, attributes = {}) {
  return el("label", attributes, label, el("select", { id: name, onchange: (event) => onchange(event.target.value) },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text))));
}

function matrixSection({ matrix, provenance }) {
  if (!matrix) return null;
  const asked = address.read();
  const channels = Object.keys(matrix.values);
  let channel = channels.includes(asked.get("channel")) ? asked.get("channel") : "fused";
  let order = asked.get("order") === "name" ? "name" : "cluster";
  const map = new HeatMap(matrix, channel, order === "cluster");
  const show = () => {
    address.write("channel", channel === "fused" ? "" : channel);
    address.write("order", order === "cluster" ? "" : order);
    map.show(channel, order === "cluster");
  };
  const button = (text, label, act) => el("button", { type: "button", "aria-label": label, onclick: act }, text);
  const goTo = (event) => {
    const label = matrix.labels.indexOf(event.target.value.trim());
    if (label >= 0) map.find(label);
  };
  const weights = Object.entries(provenance.weights);
  return section("similarity", "Similarity of labels",
    el("p", { class: "soft" },
      `Cosines of ${provenance.encoders.join(" and ")}, calibrated to their rank among all pairs of labels: 0 is the least `
      + `similar pair, 1 the most similar.`
      + (weights.length > 1 ? ` Fused is the mean of the channels, weighted ${weights.map(([n, w]) => `${n} ${w}`).join(", ")}.` : "")
      + (matrix.of > matrix.labels.length ? ` Shown are the ${count(matrix.labels.length)} labels that most questions offer, of ${count(matrix.of)}.` : "")),
    el("div", { class: "controls" },
      select("order", "Order", [["cluster", "by cluster"], ["name", "by name"]], order,
        (value) => { order = value; show(); }, { class: "half" }),
      channels.length > 1 ? select("channel", "Channel", channels.map((name) => [name, name]), channel,
        (value) => { channel = value; show(); }, { class: "half" }) : null,
      el("label", {}, "Find a label", el("input", { type: "search", list: "labels", id: "label", oninput: goTo })),
      el("datalist", { id: "labels" }, matrix.labels.map((label) => el("option", { value: label }))),
      el("span", {}, button("+", "Zoom in", () => map.zoomBy(1.6)), " ", button("−", "Zoom out", () => map.zoomBy(1 / 1.6)), " ",
        button("All", "Show all", () => map.showAll()))),
    el("figure", { class: "heat" }, colourScale(), map.output, map.canvas,
      el("figcaption", {}, "Rows and columns by cluster stand beside their tree: average linkage on 1 − fused. ",
        el("span", { class: "screen" }, "Click the matrix, then zoom by wheel or by + and −, move by drag or arrow keys; pinch "
          + "on a touch screen."))));
}
