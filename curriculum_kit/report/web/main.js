// Builds the page from the data in it.

const report = JSON.parse(document.getElementById("data").textContent);

const NAMES = {
  tiers: "Tiers", difficulty: "Difficulty", similarity: "Similarity", answers: "Answers", audit: "Audit",
  groups: "Groups", training: "Training", questions: "Questions", provenance: "Provenance",
};

const sections = [tierSection, difficultySection, matrixSection, answerSection, auditSection, groupSection, trainingSection,
  cardSection, provenanceSection].map((make) => make(report)).filter(Boolean);

document.getElementById("head").append(...header(report).filter(Boolean));
document.getElementById("main").replaceChildren(...sections);
// The filters own what follows the # of the address, so these links scroll without changing it.
document.getElementById("nav").append(el("div", {},
  sections.map((one) => el("a", { href: `#${one.id}`, onclick: (event) => {
    event.preventDefault();
    one.scrollIntoView();
  } }, NAMES[one.id])),
  themeButton()));

// On paper everything is light, and nothing can be unfolded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((one) => { one.open = true; });
  document.documentElement.dataset.theme = document.documentElement.style.colorScheme;
  setTheme("light");
});
addEventListener("afterprint", () => {
  folded.forEach((one) => { one.open = false; });
  setTheme(document.documentElement.dataset.theme);
});
