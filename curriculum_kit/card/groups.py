"""The section of the data card on question groups.

Reads what the manifest says of them; gives Markdown.
"""

from __future__ import annotations

from typing import Any

DIVERSITY = {
    "embedding_distance": "mean pairwise cosine distance of the sentences in a group",
    "word_distance": "mean pairwise distance of their words (1 - Jaccard)",
    "distinct_1": "distinct-1: different words among all words of a group's wordings",
    "distinct_2": "distinct-2: different pairs of words among all pairs",
}
"""What each figure of diversity means, in the order in which they are told."""


def groups_section(manifest: dict[str, Any]) -> str:
    """Return the section, or nothing where the curriculum has no groups."""
    facts = manifest.get("groups")
    if facts is None:
        return ""
    tiers = ", ".join(map(str, facts["tiers"]))
    lines = [
        "## Question groups",
        "",
        f"Questions of tier {tiers} are asked in several wordings, up to {facts['variants']}, that share a `group_id` "
        f"and stand side by side; `variant_id` 0 is the original. {facts['rollouts']} rollouts a group are shared out "
        "evenly (Group Diversity Question Augmentation, arXiv 2512.19512).",
        "",
        "| wordings in a group | groups | share |",
        "|--:|--:|--:|",
    ]
    for size, count in facts["by_size"].items():
        lines.append(f"| {size} | {count:,} | {count / facts['groups']:.1%} |")
    lines += ["", "| written by | proposed | accepted | rows |", "|---|--:|--:|--:|"]
    for name, counts in facts["by_writer"].items():
        lines.append(f"| {name} | {counts['proposed']:,} | {counts['accepted']:,} | {counts['rows']:,} |")
    lines += ["", f"{facts['texts']:,} different texts were worded, each once; `wordings.parquet` has every proposal."]
    if facts["refused"]:
        listed = ", ".join(f"`{reason}` {count:,}" for reason, count in facts["refused"].items())
        lines.append(f"Refused, or not given at all: {listed}.")
    if facts["blind_unchecked"]:
        lines.append(f"Whether a wording gives the answer away could not be checked: {facts['blind_unchecked']}")
    lines += ["", "| diversity within groups | |", "|---|--:|"]
    lines += [f"| {DIVERSITY[name]} | {value:.3f} |" for name, value in facts["diversity"].items()]
    return "\n".join([*lines, ""])
