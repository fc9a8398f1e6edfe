// What the audit found, the gravest first, with questions that show it.

const GRAVE = ["serious", "warning", "note"];
const UNSEEN = {
  "prior/accuracy": "which labels are often right",
  "blind/prior-and-words": "these, and the question's words",
  "blind/accuracy": "everything but the image",
};

function exampleLine(example, check) {
  const told = check === "blind" ? `probability of the answer ${example.detail}` : example.detail;
  const detail = example.detail ? el("span", { class: "soft" }, ` (${told})`) : null;
  if (!example.question) return el("li", {}, el("span", { class: "id" }, example.image || ""), detail);
  const options = example.choices.map((choice, place) => [
    place ? ", " : "", choice === example.answer ? el("span", { class: "answer" }, choice, " ✓") : choice]);
  return el("li", {}, example.question, " ", el("span", { class: "soft" }, "Options: "), options, detail);
}

function findingItem(finding) {
  return el("li", { class: `finding ${finding.severity}` },
    el("p", {}, el("span", { class: "badge" }, finding.severity), el("code", { class: "soft" }, finding.name)),
    el("p", {}, finding.sentence),
    finding.examples.length ? el("details", {}, el("summary", {}, plural(finding.examples.length, "example")),
      el("ul", { class: "examples" }, finding.examples.map((one) => exampleLine(one, finding.check)))) : null);
}

function auditSection({ audit, name }) {
  const grave = audit.findings.filter((finding) => GRAVE.includes(finding.severity));
  const clear = audit.findings.filter((finding) => finding.severity === "clear");
  const unchecked = audit.findings.filter((finding) => finding.severity === "unchecked");
  const unseen = audit.findings.filter((finding) => finding.name in UNSEEN && finding.low !== null && finding.expected !== null);
  const order = Object.keys(UNSEEN);
  const rows = unseen.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
    .map((finding) => ({ ...finding, name: UNSEEN[finding.name] }));
  const list = (title, findings) => (findings.length ? el("details", {},
    el("summary", {}, title), el("ul", { class: "examples" }, findings.map((one) => el("li", {}, one.sentence)))) : null);
  return section("audit", "What the audit found",
    el("p", { class: "soft" }, audit.is_full ? "What ckit audit found in this curriculum: does a question need its image, does a split leak?"
      : audit.findings.length ? `The quick checks of the build; ckit audit ${name} looks further, and shows examples.`
        : `No audit was made; ckit audit ${name} makes one.`),
    rows.length ? el("figure", {},
      chart("Share of questions that are answered right without the image", (width) => intervals(rows, rows[0].expected, width)),
      el("figcaption", {}, "How often a guesser is right who never sees the image and knows what the line names, learned from "
        + "questions of other units; with 95% intervals. The dashed line is chance.")) : null,
    grave.length ? el("ul", { class: "findings" }, grave.map(findingItem))
      : audit.findings.length ? el("p", {}, "Nothing was found.") : null,
    list(`${plural(clear.length, "check")} found nothing`, clear),
    list(`${plural(unchecked.length, "check")} could not be made`, unchecked));
}
