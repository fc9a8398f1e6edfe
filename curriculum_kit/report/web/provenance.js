// What went in and what came out.

function provenanceSection({ provenance }) {
  const short = (sha256) => el("td", { class: "text narrow" }, el("code", { title: sha256 }, sha256.slice(0, 12)));
  const text = (value) => el("td", { class: "text" }, value);
  const left = (name) => el("th", { class: "text" }, name);
  const turnedAway = provenance.rejected ? count(provenance.rejected) : "none";
  const pairs = (values) => Object.entries(values).map(([name, value]) => [name, text(String(value))]);
  const home = (address_) => text(/^https?:\/\//.test(address_) ? el("a", { href: address_, rel: "noreferrer" }, address_) : address_);
  return section("provenance", "What went in, what came out",
    table(["benchmark", left("licence"), "rows", "questions", "rejects", left("SHA-256"), left("home")],
      provenance.sources.map((one) => [one.title, text(one.licence), count(one.rows), count(one.questions), count(one.rejects),
        short(one.sha256), home(one.home)])),
    el("p", { class: "soft" }, `${plural(provenance.selected, "question")} taken, `
      + `${turnedAway} of them turned away with a reason. Prompt template ${provenance.prompt} `
      + `(SHA-256 ${provenance.prompt_sha256.slice(0, 12)}). Encoded by ${provenance.encoders.join(" and ")}.`),
    el("details", {}, el("summary", {}, "Settings"), table(["option", "value"], pairs(provenance.settings), { class: "text" })),
    el("details", {}, el("summary", {}, "Prompt"), el("p", { class: "prompt" }, el("code", {}, provenance.template))),
    el("details", {}, el("summary", {}, "Versions"), table(["package", "version"], pairs(provenance.versions), { class: "text" })),
    el("details", {}, el("summary", {}, plural(provenance.files.length, "file")),
      table(["file", "rows", left("SHA-256")], provenance.files.map((one) =>
        [el("td", {}, el("code", {}, one.name)), count(one.rows), short(one.sha256)]))));
}
