// Question groups: what they hold, what was refused, and their wordings.

const DIVERSITY = {
  embedding_distance: "mean cosine distance of the sentences in a group",
  word_distance: "mean distance of their words (1 − Jaccard)",
  distinct_1: "different words among all words of a group",
  distinct_2: "different pairs of words among all pairs",
};

function groupSection({ groups }) {
  if (!groups) return null;
  const sizes = Object.entries(groups.by_size).map(([size, number_of]) =>
    [size, count(number_of), percent(number_of / groups.groups)]);
  const writers = Object.entries(groups.writers).map(([name, one]) =>
    [name, count(one.proposed), count(one.accepted), count(one.rows)]);
  const refused = Object.entries(groups.refused).map(([reason, times]) => [el("td", {}, el("code", {}, reason)), count(times)]);
  const diversity = Object.entries(groups.diversity).filter(([name]) => name in DIVERSITY)
    .map(([name, value]) => [DIVERSITY[name], number(value)]);
  const isMixed = Object.values(groups.writers).filter((one) => one.rows).length > 1;
  const note = (writer) => (writer && !isMixed ? null : el("span", { class: "soft" }, ` (${writer || "original"})`));
  const tiers = groups.tiers.join(", ");
  return section("groups", "Question groups",
    el("p", { class: "soft" },
      `Questions of tier ${tiers} are asked in several wordings that share a group: ${plural(groups.groups, "group")}, `
      + `${plural(groups.texts, "different text")}, ${plural(groups.rows_added, "row")} more. ${groups.rollouts} rollouts of a group `
      + "are shared out evenly."),
    el("div", { class: "tables" },
      table(["wordings", "groups", "share"], sizes),
      table(["written by", "proposed", "accepted", "rows"], writers),
      diversity.length ? table(["diversity within groups", ""], diversity) : null,
      refused.length ? table(["refused because", "wordings"], refused) : null),
    groups.examples.length ? [
      el("h3", {}, `${plural(groups.examples.length, "group")} at even steps through the curriculum`),
      el("ul", { class: "wordings" }, groups.examples.map((one) => el("li", {},
        el("ol", {}, one.wordings.map(([text, writer]) => el("li", {}, text, note(writer)))),
        el("p", {}, one.choices.map((choice, place) => [place ? ", " : "",
          choice === one.answer ? el("span", { class: "answer" }, choice, " ✓") : choice])))))] : null);
}
