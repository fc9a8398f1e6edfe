// Question cards and their filters. Filters stand in the address: #tier=2&answer=liver&type=...&find=...&sort=hard.

const PAGE = 12;
const MOST_SQUARE = 6; // options whose similarities fit beside each other
const letter = (place) => String.fromCharCode(65 + place);

function picture(image, choices, answer) {
  if (!image.uri) {
    return el("p", { class: "no-image" }, image.note, " ", el("span", { class: "id" }, image.path));
  }
  const isTall = image.height > 0.9 * image.width;
  const shape = el("img", { src: image.uri, alt: image.path, width: image.width, height: image.height });
  const frame = el("div", { class: isTall ? "frame tall" : "frame" }, shape, image.regions.map((region) => {
    const at = (share) => `${100 * share}%`;
    const kind = region.label === answer ? "right" : choices.includes(region.label) ? "" : "other";
    return el("div", { class: `region ${kind} ${region.x0 > 0.6 ? "late" : ""}`, title: region.label, style: {
      left: at(region.x0), top: at(region.y0), width: at(region.x1 - region.x0), height: at(region.y1 - region.y0) } },
      el("span", {}, region.label));
  }));
  return el("div", { class: "picture" }, frame);
}

function closeness(card) {
  const size = card.choices.length;
  const pair = (one, other) => card.pairs[pairAt(size, one, other)];
  if (size < 2 || size > MOST_SQUARE) return null;
  const cell = (value) => {
    if (value === null) return el("td", { title: "not compared" }, "–");
    const colour = viridis(value);
    return el("td", { style: { background: css(colour), color: textOn(colour) } }, number(value, 2));
  };
  const rows = card.choices.slice(1).map((_, row) => el("tr", {}, el("th", { scope: "row" }, letter(row + 1)),
    card.choices.slice(0, -1).map((__, column) => (column <= row ? cell(pair(column, row + 1)) : el("td", {})))));
  const head = el("tr", {}, el("td", {}), card.choices.slice(0, -1).map((_, place) => el("th", { scope: "col" }, letter(place))));
  const known = Object.entries(card.channels);
  // The S(q) of one channel is that of all.
  const channels = known.length > 1 ? known.map(([name, value]) => el("div", {}, `${name} ${number(value)}`)) : [];
  return el("div", { class: "near" }, el("table", { "aria-label": "Similarity of the choices" }, rows, head),
    el("div", {}, el("div", {}, "S(q) ", el("strong", {}, number(card.difficulty))), channels));
}

function cardItem(card, report) {
  const tierPlace = report.tiers.findIndex((tier) => tier.tier === card.tier);
  const answer = card.choices[card.answer_index];
  const size = card.choices.length;
  const toAnswer = (place) => {
    if (size <= MOST_SQUARE || place === card.answer_index) return null;
    const near = card.pairs[pairAt(size, place, card.answer_index)];
    return el("span", { class: "soft", title: "similarity to the answer" }, number(near, 2) || "–");
  };
  const facts = [card.question_type, card.modality, card.benchmark, card.split === "unassigned" ? null : card.split,
    card.wordings > 1 ? `${card.wordings} wordings` : null,
    card.blind === null ? null : `right unseen ${percent(card.blind, 0)}`].filter(Boolean);
  return el("article", { class: "card" },
    el("div", { class: "top" },
      el("span", {}, el("span", { class: "swatch", style: { background: tierColour(tierPlace, report.tiers.length) } }), `tier ${card.tier}`),
      el("span", {}, `S(q) ${number(card.difficulty)}`)),
    card.pictures.map((place) => picture(report.pictures[place], card.choices, answer)),
    el("div", { class: "body" },
      el("p", { class: "question" }, card.question),
      el("ol", {}, card.choices.map((choice, place) => el("li", { class: place === card.answer_index ? "answer" : null },
        el("span", {}, letter(place)),
        el("span", {}, choice, place === card.answer_index ? " ✓" : ""), toAnswer(place)))),
      closeness(card),
      el("p", { class: "meta" }, facts.join(" · "), el("br"), el("span", { class: "id" }, card.question_id))));
}

const SORTS = {
  mixed: ["tiers in turn", null],
  easy: ["easiest first", (one, other) => one.difficulty - other.difficulty],
  hard: ["hardest first", (one, other) => other.difficulty - one.difficulty],
};

function cardSection(report) {
  const { sample, cards } = report;
  if (!cards.length) return null;
  const named = (value) => (value === null ? "(none)" : value);
  const tests = {
    tier: (card, wanted) => String(card.tier) === wanted,
    answer: (card, wanted) => card.choices[card.answer_index] === wanted,
    type: (card, wanted) => named(card.question_type) === wanted,
    find: (card, wanted) => [card.question, card.question_id, ...card.choices].join("\n").toLowerCase()
      .includes(wanted.toLowerCase()),
  };
  const grid = el("div", { class: "cards", id: "cards" });
  const status = el("p", { class: "soft", "aria-live": "polite", id: "shown" });
  const more = el("button", { type: "button", id: "more", onclick: () => { limit += 2 * PAGE; show(); } });
  let limit = PAGE;

  const show = () => {
    const asked = address.read();
    const sort = SORTS[asked.get("sort")] || SORTS.mixed;
    const found = cards.filter((card) => Object.entries(tests).every(([name, test]) => !asked.get(name) || test(card, asked.get(name))));
    if (sort[1]) found.sort(sort[1]);
    grid.replaceChildren(...found.slice(0, limit).map((card) => cardItem(card, report)));
    const rest = found.length - Math.min(limit, found.length);
    status.textContent = `${plural(found.length, "card")} of ${count(cards.length)}`
      + (rest ? `, of which ${count(limit)} are shown.` : ".");
    more.textContent = `Show ${Math.min(2 * PAGE, rest)} more`;
    more.hidden = !rest;
  };
  const ask = (name, value) => {
    address.write(name, value);
    limit = PAGE;
    show();
  };
  const choice = (name, label, values) => select(name, label,
    [["", "all"], ...values.map((value) => [value, value])], "", (value) => ask(name, value), { class: "half" });
  const distinct = (value) => [...new Set(cards.map(value))].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  const types = distinct((card) => named(card.question_type));
  const hasRegions = report.pictures.some((one) => one.uri && one.regions.length);
  const controls = el("form", { class: "controls", onsubmit: (event) => event.preventDefault() },
    choice("tier", "Tier", distinct((card) => String(card.tier))),
    choice("answer", "Answer", distinct((card) => card.choices[card.answer_index])),
    types.length > 1 ? choice("type", "Type", types) : null,
    select("sort", "Order", Object.entries(SORTS).map(([name, [text]]) => [name, text]), "mixed",
      (value) => ask("sort", value === "mixed" ? "" : value), { class: "half" }),
    el("label", {}, "Find", el("input", { type: "search", id: "find", placeholder: "question, option or id",
      oninput: (event) => ask("find", event.target.value) })),
    hasRegions ? el("button", { type: "button", id: "regions", "aria-pressed": "true", onclick: (event) => {
      const isOff = grid.classList.toggle("no-regions");
      event.target.setAttribute("aria-pressed", String(!isOff));
    } }, "Regions") : null);
  const follow = () => {
    const asked = address.read();
    for (const field of controls.querySelectorAll("select, input")) {
      field.value = asked.get(field.id) || (field.id === "sort" ? "mixed" : "");
    }
    limit = PAGE;
    show();
  };
  addEventListener("hashchange", follow);
  follow();
  return section("questions", "Questions",
    el("p", { class: "soft" }, sample.shown < sample.of
      ? `${count(sample.shown)} of ${plural(sample.of, "question")}: tiers take turns, within a tier its types, within a type its answers; `
        + "a seed decides which questions these are."
      : `All ${plural(sample.of, "question")}.`,
    " The small square holds the similarity of each two choices, of which S(q) is made."),
    controls, status, grid, el("p", {}, more));
}
