// A training run: reward and S(q) over steps, dead groups by answer.

function smoothed(values) {
  const keep = 1 - 1 / Math.max(values.length / 20, 1);
  let [total, weight] = [0, 0];
  return values.map((value) => {
    [total, weight] = [keep * total + (1 - keep) * value, keep * weight + (1 - keep)];
    return total / weight;
  });
}

function stepsChart(steps, tiers, width) {
  const panel = width < 520 ? 170 : 190;
  const last = steps.step[steps.step.length - 1];
  const ticks = ticksTo(last, width < 520 ? 4 : 8).filter((tick) => tick <= last);
  const rewards = ticksTo(Math.max(...steps.reward, 0.1), 3);
  const lowest = Math.min(...steps.reward, 0);
  const x = { low: steps.step[0], high: last, ticks, format: count };
  const margin = { left: 40, right: 12, top: 26, bottom: 24 };
  const above = axes(width, panel, margin, x,
    { low: lowest, high: rewards[rewards.length - 1], ticks: rewards, format: (tick) => number(tick, 1), title: "mean reward" });
  const below = axes(width, panel + 18, { ...margin, bottom: 42 }, { ...x, title: "step" },
    { low: 0, high: 1, ticks: FRACTIONS, format: (tick) => number(tick, 2), title: "mean S(q)" });
  const colour = (tier) => tierColour(Math.min(Math.round(tier), tiers - 1), tiers);
  return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${2 * panel + 18}` },
    above.frame,
    line(steps.step, steps.reward, above.across, above.up, { colour: "var(--line)", width: 1 }),
    line(steps.step, smoothed(steps.reward), above.across, above.up, { colour: "var(--ink)", width: 2.2 }),
    svg("g", { transform: `translate(0 ${panel})` }, below.frame,
      steps.step.map((step, place) => svg("circle", { cx: below.across(step), cy: below.up(steps.difficulty[place]), r: 2.6,
        fill: colour(steps.tier[place]) }))));
}

function deadChart(answers, width) {
  const left = Math.min(Math.max(...answers.map((one) => one.of.length)) * 7 + 14, width * 0.42);
  const step = 24;
  const high = Math.min(1, Math.max(0.1, ...answers.map((one) => one.dead)) * 1.12);
  const across = (value) => left + (value / high) * (width - left - 52);
  const height = answers.length * step + 26;
  const most = Math.floor((left - 14) / 6.4);
  return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}` },
    ticksTo(high, 4).filter((tick) => tick <= high).map((tick) => [
      svg("line", { class: "axis", x1: across(tick), x2: across(tick), y1: 0, y2: height - 24 }),
      svg("text", { x: across(tick), y: height - 8, "text-anchor": "middle" }, percent(tick, 0))]),
    answers.map((one, place) => {
      const y = place * step + 13;
      const name = one.of.length > most ? one.of.slice(0, most - 1) + "…" : one.of;
      return [
        svg("text", { class: "ink", x: left - 8, y: y + 4, "text-anchor": "end" }, name),
        svg("rect", { x: left, y: y - 8, width: Math.max(across(one.dead) - left, 1), height: 16, fill: tierColour(0, 3) }),
        svg("text", { class: "ink", x: across(one.dead) + 6, y: y + 4 }, percent(one.dead, one.dead < 0.1 ? 1 : 0))];
    }));
}

function trainingSection({ training, tiers }) {
  if (!training) return null;
  const rows = (shares) => shares.map((one) => [one.of, count(one.groups), number(one.difficulty), number(one.reward),
    percent(one.accuracy), percent(one.dead), number(one.length, 0)]);
  const names = ["groups", "S(q)", "reward", "accuracy", "dead", "tokens"];
  return section("training", "Training",
    el("p", { class: "soft" }, `${plural(training.groups, "group")} of rollouts in ${plural(training.steps, "step")}. A dead group is `
      + "one whose rollouts all earned the same; it has no gradient."),
    el("figure", {},
      tierLegend(tiers),
      chart("Mean reward and mean S(q) over the steps of training", (width) => stepsChart(training.curve, tiers.length, width)),
      el("figcaption", {}, "Mean reward of each step, smoothed over a twentieth of the run, and mean S(q) of its groups in the "
        + "colour of their tier.")),
    el("figure", {},
      chart("Share of dead groups by answer", (width) => deadChart(training.answers, width)),
      el("figcaption", {}, "Share of groups that were dead, by right answer, the most frequent first."
        + (training.answers_left_out ? ` ${plural(training.answers_left_out, "rarer answer")} left out.` : ""))),
    table(["tier", ...names], rows(training.tiers)),
    el("details", {}, el("summary", {}, "By answer"), table(["answer", ...names], rows(training.answers))));
}
