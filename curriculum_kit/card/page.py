"""The whole data card, but its section on choices.

Reads the manifest; gives the text of `README.md`. Its head tells the Hugging Face hub where the shards are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from curriculum_kit.card.choices import choices_section
from curriculum_kit.card.groups import groups_section
from curriculum_kit.enums import ChoiceSource, Order

_HEAD = """---
configs:
- config_name: default
  data_files: shards/**/*.parquet
---
# A curriculum of {rows:,} questions in {tiers}

{order} S(q), the similarity of their answer choices
(Anatomical Similarity Curriculum Learning, arXiv 2512.19512). Made with ckit {version}.
"""

_ORDERED = {
    Order.EASY_TO_HARD: "Questions ordered from easy to hard by",
    Order.HARD_TO_EASY: "Questions ordered from hard to easy, the reverse of a curriculum, by",
    Order.SHUFFLED: "Questions in random order, to compare a curriculum with; beside each stands",
}


def data_card(manifest: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    stages = manifest["stages"]
    parts = [
        _head(manifest),
        _sources(manifest),
        _tiers(stages["tiers"], manifest["config"]),
        choices_section(manifest),
        groups_section(manifest),
        _audit(manifest),
        _use(manifest),
    ]
    return "\n".join(part for part in parts if part)


def _head(manifest: dict[str, Any]) -> str:
    stages = manifest["stages"]
    tiers = len(stages["tiers"]["tiers"])
    return _HEAD.format(
        rows=stages["shards"]["rows"],
        tiers="1 tier" if tiers == 1 else f"{tiers} tiers",
        order=_ORDERED[manifest["config"]["order"]],
        version=manifest["ckit"],
    )


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
    if rejected := selected.get("rejected", 0) + manifest["stages"].get("draw", {}).get("rejected", 0):
        lines.append(f"{rejected:,} of them could not be used: `rejects.parquet` says why.")
    lines.append("The licence of each source holds for the questions that come from it.")
    return "\n".join([*lines, ""])


def _tiers(facts: dict[str, Any], config: dict[str, Any]) -> str:
    lines = ["## Tiers", "", "| tier | questions | S(q) from | to | mean |", "|--:|--:|--:|--:|--:|"]
    for number, tier in enumerate(facts["tiers"]):
        lines.append(
            f"| {number} | {tier['questions']:,} | {tier['low']:.3f} | {tier['high']:.3f} | {tier['mean']:.3f} |"
        )
    lines += ["", f"S(q) takes {facts['distinct']:,} distinct values here. {_order(facts, config)}"]
    return "\n".join([*lines, ""])


def _order(facts: dict[str, Any], config: dict[str, Any]) -> str:
    """Return what decides the tier of a question, and the order within."""
    if config["order"] == Order.SHUFFLED:
        return "It decides nothing here: the order is random, in one tier."
    last = " Tier 0 is the hardest." if config["order"] == Order.HARD_TO_EASY else ""
    if config["choices"] == ChoiceSource.SIMILAR:
        means = [tier["mean"] for tier in facts["tiers"]]
        way = {(True, False): "rise", (False, True): "fall"}.get((_rises(means), _rises(means[::-1])))
        return (
            "Options were drawn for the tier of a question; it is not the options that chose the tier. So the ranges "
            f"of S(q) overlap from tier to tier{f', while the means {way}' if way else ''}.{last}"
        )
    if facts["tie_break"] == "none":
        return f"Questions of equal S(q) are always in one tier, so tiers are as equal in size as ties allow.{last}"
    return f"Questions of equal S(q) are told apart by {facts['tie_break']}.{last}"


def _rises(values: Sequence[float]) -> bool:
    return all(one < other for one, other in pairwise(values))


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
