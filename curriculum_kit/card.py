"""The data card of a curriculum: what it was made of and what it holds, for people.

Reads the manifest; gives the text of `README.md`. Its head tells the Hugging Face hub where the shards are.
"""

from __future__ import annotations

from typing import Any

_HEAD = """---
configs:
- config_name: default
  data_files: shards/**/*.parquet
---
# A curriculum of {rows:,} questions in {tiers} tiers

Questions ordered from easy to hard by S(q), the similarity of their answer choices
(Anatomical Similarity Curriculum Learning, arXiv 2512.19512). Made with ckit {version}.
"""


def data_card(manifest: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    stages = manifest["stages"]
    parts = [
        _HEAD.format(rows=stages["shards"]["rows"], tiers=len(stages["tiers"]["tiers"]), version=manifest["ckit"]),
        _sources(manifest),
        _tiers(stages["tiers"]),
        _choices(manifest),
        _audit(manifest),
        _use(manifest),
    ]
    return "\n".join(parts)


def _sources(manifest: dict[str, Any]) -> str:
    lines = [
        "## Sources",
        "",
        "| benchmark | licence | rows read | questions | rejects | home |",
        "|---|---|--:|--:|--:|---|",
    ]
    for source in manifest["sources"]:
        card, rows = source["benchmark"], source["rows"]
        counts = f"{rows['in']:,} | {rows['questions']:,} | {rows['rejects']:,}"
        lines.append(f"| {card['title']} | {card['licence']} | {counts} | {card['homepage']} |")
    selected = manifest["stages"]["select"]
    where = manifest["config"]["where"]
    lines += [
        "",
        f"{selected['selected']:,} questions meet `{where}`."
        if where
        else f"All {selected['selected']:,} questions were taken.",
    ]
    if selected.get("rejected"):
        lines.append(f"{selected['rejected']:,} of them could not be used: `rejects.parquet` says why.")
    lines.append("The licence of each source holds for the questions that come from it.")
    return "\n".join([*lines, ""])


def _tiers(facts: dict[str, Any]) -> str:
    lines = ["## Tiers", "", "| tier | questions | S(q) from | to | mean |", "|--:|--:|--:|--:|--:|"]
    for number, tier in enumerate(facts["tiers"]):
        lines.append(
            f"| {number} | {tier['questions']:,} | {tier['low']:.3f} | {tier['high']:.3f} | {tier['mean']:.3f} |"
        )
    lines += ["", f"S(q) takes {facts['distinct']:,} distinct values here. {_ties(facts)}"]
    return "\n".join([*lines, ""])


def _ties(facts: dict[str, Any]) -> str:
    if facts["tie_break"] == "none":
        return "Questions of equal S(q) are always in one tier, so tiers are as equal in size as ties allow."
    return f"Questions of equal S(q) are told apart by {facts['tie_break']}."


def _choices(manifest: dict[str, Any]) -> str:
    stages, config = manifest["stages"], manifest["config"]
    lines = [
        "## Choices and their similarity",
        "",
        f"{stages['vocabulary']['labels']:,} labels, encoded by {stages['encode']['encoder']}; cosines are calibrated "
        "to their rank among all pairs of labels (0 to 1, mid-ranks for ties). "
        f"S(q) is `{config['difficulty']}` over the choices of a question.",
    ]
    if stages["select"].get("drawn"):
        lines += ["", _drawn(stages["select"], config)]
    return "\n".join([*lines, ""])


def _drawn(facts: dict[str, Any], config: dict[str, Any]) -> str:
    return (
        f"The choices of {facts['drawn']:,} questions were drawn at random (seed {config['seed']}, {config['options']} "
        "options) from the labels that answer the same type of question. "
        f"For {facts['checked_against_scene']:,} of them the scene graph was asked which other labels are right too, "
        f"and these were left out; for {facts['not_checked_against_scene']:,} this cannot be known. "
        f"{facts['with_fewer_options']:,} got fewer options, because fewer labels were left to draw from."
    )


_MATTERS = ("serious", "warning", "unchecked")


def _audit(manifest: dict[str, Any]) -> str:
    stages = manifest["stages"]
    rows = [row for row in stages["audit"]["findings"] if row["severity"] in _MATTERS]
    lines = ["## Audit", ""]
    if "blind" in stages:
        lines += [_blind(stages["blind"] | stages["keep"]), ""]
    if not rows:
        return "\n".join([*lines, "The checks made at every build found no shortcut and no leak.", ""])
    lines += ["| finding | severity | figure | expected | in words |", "|---|---|--:|--:|---|"]
    for row in rows:
        figures = " | ".join("" if row[name] is None else f"{row[name]:.3f}" for name in ("figure", "expected"))
        lines.append(f"| `{row['name']}` | {row['severity']} | {figures} | {row['sentence'].replace('|', ' ')} |")
    return "\n".join([*lines, ""])


def _blind(facts: dict[str, Any]) -> str:
    said = (
        f"Models that never see the image are right with a mean probability of {facts['mean']:.3f} "
        f"(chance {facts['chance']:.3f}), estimated out of fold by unit. "
    )
    if facts["max_blind"] is None:
        return said + "Column `blind` of the shards has it for each question."
    return said + (
        f"{facts['left_out']:,} questions above {facts['max_blind']} were left out; for those that stayed it is "
        f"{facts['mean_kept']:.3f}."
    )


def _use(manifest: dict[str, Any]) -> str:
    prompt = manifest["prompt"]
    stored = (
        "The images are in the shards."
        if manifest["config"]["images"] == "embed"
        else "The shards hold image paths, relative to the image root."
    )
    return f"""## Use

```python
from datasets import load_dataset

rows = load_dataset("parquet", data_files="shards/**/*.parquet", split="train")
```

Rows stand in curriculum order, tier 0 first; the rows of one `group_id` stand next to each other.
{stored} The prompt template is `{prompt["name"]}` (sha256 {prompt["sha256"][:12]}).
Hashes of everything that went in and came out are in `manifest.json`.
"""
