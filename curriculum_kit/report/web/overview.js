// Tiers at a glance, S(q) along the curriculum and by channel, answers by tier.

const ORDERS = { "easy-to-hard": "from easy to hard", "hard-to-easy": "from hard to easy", shuffled: "in random order" };

function header(report) {
  const { tiers, provenance, sample } = report;
  const fact = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const low = Math.min(...tiers.map((tier) => tier.low));
  const high = Math.max(...tiers.map((tier) => tier.high));
  const words = provenance.sources.map((source) => source.title).join(", ");
  return [
    el("h1", {}, `${report.name}: a curriculum of ${plural(sample.of, "question")} in ${plural(tiers.length, "tier")}`),
    el("p", { class: "soft" },
      `Questions ${ORDERS[provenance.order] || ""} by S(q), the similarity of their answer choices. From ${words}; made with `
      + `ckit ${provenance.ckit}.`),
    el("dl", { class: "facts" },
      fact("questions", count(sample.of)),
      report.groups ? fact("groups of wordings", count(report.groups.groups)) : null,
      report.matrix ? fact("labels", count(report.matrix.of)) : null,
      fact("S(q)", `${number(low, 2)} to ${number(high, 2)}`),
      fact("chance", percent(mean(tiers, (tier) => tier.chance)))),
  ];
}

const mean = (tiers, value) =>
  tiers.reduce((sum, tier) => sum + value(tier) * tier.questions, 0) / tiers.reduce((sum, tier) => sum + tier.questions, 0);

function tierSection({ tiers, groups, provenance }) {
  const isBlind = tiers.some((tier) => tier.blind !== null);
  const span = (tier, place) => {
    const at = (value) => 2 + value * 176;
    return svg("svg", { class: "span", width: 180, height: 18, viewBox: "0 0 180 18", role: "img",
      "aria-label": `S(q) from ${number(tier.low)} to ${number(tier.high)}` },
      svg("line", { class: "axis", x1: 2, x2: 178, y1: 9, y2: 9 }),
      svg("line", { x1: at(tier.low), x2: Math.max(at(tier.high), at(tier.low) + 1), y1: 9, y2: 9, "stroke-width": 8,
        stroke: tierColour(place, tiers.length) }),
      svg("line", { class: "mark", x1: at(tier.mean), x2: at(tier.mean), y1: 2, y2: 16, "stroke-width": 2 }));
  };
  const names = ["tier", "questions", ...(groups ? [el("th", { class: "roomy" }, "rows")] : []), "lowest S(q)", "highest", "mean",
    el("th", { class: "roomy middle" }, "S(q) from 0 to 1"), "answers", ...(isBlind ? ["right unseen"] : [])];
  const rows = tiers.map((tier, place) => [
    el("td", { class: "narrow" }, el("span", { class: "swatch", style: { background: tierColour(place, tiers.length) } }),
      String(tier.tier)),
    count(tier.questions), ...(groups ? [el("td", { class: "roomy" }, count(tier.rows))] : []), number(tier.low), number(tier.high), number(tier.mean),
    el("td", { class: "roomy" }, span(tier, place)), count(tier.answers), ...(isBlind ? [percent(tier.blind)] : [])]);
  return section("tiers", "Tiers",
    table(names, rows),
    el("p", { class: "soft" },
      `S(q) takes ${plural(provenance.distinct, "distinct value")}. Questions of equal S(q) stand in one tier, unless a `
      + "further key tells them apart."
      + (groups ? " Rows count the further wordings of groups; every other figure counts a question once." : "")));
}

function difficultySection({ tiers, curve, histograms }) {
  const names = Object.keys(curve.means);
  const total = tiers.reduce((sum, tier) => sum + tier.questions, 0);
  const drawCurve = (width) => {
    const height = width < 520 ? 260 : 330;
    const plot = axes(width, height, { left: 40, right: 12, top: 24, bottom: 42 },
      { low: 0, high: 1, ticks: FRACTIONS, format: (tick) => percent(tick, 0), title: "share of the curriculum" },
      { low: 0, high: 1, ticks: FRACTIONS, format: (tick) => number(tick, 2), title: "mean S(q)" });
    let before = 0;
    const blocks = tiers.map((tier, place) => {
      const [from, to] = [before / total, (before + tier.questions) / total];
      before += tier.questions;
      const colour = tierColour(place, tiers.length);
      const room = plot.across(to) - plot.across(from);
      return [
        svg("rect", { x: plot.across(from), width: room, y: 24, height: plot.bottom - 24, fill: colour, opacity: 0.09 }),
        svg("rect", { x: plot.across(from), width: room, y: plot.bottom, height: 3, fill: colour }),
        room > 40 ? svg("text", { x: plot.across(from) + 6, y: plot.bottom - 7 }, `tier ${tier.tier}`) : null,
      ];
    });
    return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}` }, blocks, plot.frame,
      band(curve.at, curve.low, curve.high, plot.across, plot.up),
      names.slice().reverse().map((name) => line(curve.at, curve.means[name], plot.across, plot.up, CHANNEL_LINES[name])));
  };
  return section("difficulty", "Difficulty",
    el("figure", {},
      names.length > 1 ? legend(names.map((name) => [name, CHANNEL_LINES[name]])) : null,
      chart("Mean S(q) along the curriculum", drawCurve),
      el("figcaption", {}, `S(q) along the curriculum: means over slices of it${names.length > 1 ? ", each line a channel by itself" : ""}; the band `
        + "spans the tenth to the ninetieth percentile of S(q).")),
    el("figure", {},
      tierLegend(tiers),
      el("div", { class: "panels" }, histograms.map((one) => histogram(one, tiers))),
      el("figcaption", {}, "Questions by S(q), stacked by tier, in bins of 0.025"
        + (histograms.length > 1 ? ", for the fused similarity and each channel alone." : "."))));
}

function histogram(one, tiers) {
  const bins = one.counts[0].length;
  const sums = Array.from({ length: bins }, (_, bin) => one.counts.reduce((sum, tier) => sum + tier[bin], 0));
  const ticks = ticksTo(Math.max(...sums, 1), 3);
  const draw = (width) => {
    const height = 190;
    const plot = axes(width, height, { left: 46, right: 8, top: 10, bottom: 24 },
      { low: 0, high: 1, ticks: FRACTIONS, format: (tick) => number(tick, 2) },
      { low: 0, high: ticks[ticks.length - 1], ticks, format: count });
    const bars = sums.map((_, bin) => {
      let below = 0;
      return one.counts.map((tier, place) => {
        const bar = tier[bin] ? svg("rect", {
          x: plot.across(bin / bins) + 0.5, width: Math.max(plot.across(1 / bins) - plot.across(0) - 1, 1),
          y: plot.up(below + tier[bin]), height: plot.up(below) - plot.up(below + tier[bin]),
          fill: tierColour(place, tiers.length) }) : null;
        below += tier[bin];
        return bar;
      });
    });
    return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}` }, plot.frame, bars);
  };
  return el("figure", {}, el("strong", {}, one.channel), chart(`Histogram of ${one.channel}`, draw),
    one.unknown ? el("figcaption", {}, `Unknown for ${plural(one.unknown, "question")}.`) : null);
}

function answerSection({ tiers, answers }) {
  const sizes = tiers.map((tier) => tier.questions);
  const most = Math.max(...answers.counts.flatMap((row) => row.map((value, place) => value / sizes[place])), 0.01);
  const room = Math.min(1, 4 / tiers.length);
  const cell = (value, place) => {
    const share = value / sizes[place];
    return el("td", { class: "text" }, el("div", { class: "bar", title: plural(value, "question") },
      value ? el("i", { style: { width: `calc(var(--bar) * ${(room * share / most).toFixed(4)})`,
        background: tierColour(place, tiers.length) } }) : null,
      el("span", {}, value ? percent(share) : "–")));
  };
  const sum = (row) => el("td", { class: "roomy" }, count(row.reduce((total, value) => total + value, 0)));
  const rows = answers.labels.map((label, place) =>
    [label, sum(answers.counts[place]), ...answers.counts[place].map(cell)]);
  if (answers.left_out) {
    rows.push([el("td", { class: "soft" }, `${plural(answers.left_out, "other answer")}`), sum(answers.others),
      ...answers.others.map((value, place) => el("td", { class: "text soft" }, percent(value / sizes[place])))]);
  }
  return section("answers", "Answers by tier",
    el("p", { class: "soft" }, "How often each label is the right answer, as a share of the questions of the tier. Where a tier "
      + "asks for few answers, a model can learn which they are."),
    table(["answer", el("th", { class: "roomy" }, "questions"),
      ...tiers.map((tier) => el("th", { class: "text" }, `tier ${tier.tier}`))], rows,
      { class: "answers" }));
}
