"""The card's section on choices: how alike they are, and how those that the source lacks were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from curriculum_kit.card.channels import encoded
from curriculum_kit.card.drawn import DrawnTier, drawn_tiers
from curriculum_kit.enums import Order

NEAR = 0.01
"""A mean S(q) that is nearer its target than this has met it: some of it is given up for the sake of varied sets."""

_ROUNDING = 0.0005
"""Gains are printed to three places."""


def choices_section(manifest: dict[str, Any]) -> str:
    """Return the section as Markdown."""
    stages, config = manifest["stages"], manifest["config"]
    lines = [
        "## Choices and their similarity",
        "",
        "\n\n".join(encoded(stages)),
        "",
        f"S(q) is `{config['difficulty']}` over the choices of a question.",
    ]
    if "draw" in stages:
        lines += ["", *_drawn_for_difficulty(stages, config)]
    elif stages["select"].get("drawn"):
        lines += ["", _drawn_at_random(stages["select"], config)]
    return "\n".join([*lines, ""])


def _drawn_at_random(facts: dict[str, Any], config: dict[str, Any]) -> str:
    return (
        f"The choices of {facts['drawn']:,} questions were drawn at random (seed {config['seed']}, {config['options']} "
        "options) from the labels that answer the same type of question. "
        f"For {facts['checked_against_scene']:,} of them the scene graph was asked which other labels are right too, "
        f"and these were left out; for {facts['not_checked_against_scene']:,} this cannot be known. "
        f"{facts['with_fewer_options']:,} got fewer options, because fewer labels were left to draw from."
    )


def _drawn_for_difficulty(stages: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    """Yield how options were drawn for a wanted S(q), what was wanted, and what came of it."""
    facts = stages["draw"]
    tiers = drawn_tiers(facts, config)
    yield (
        f"The choices of {facts['drawn']:,} questions were drawn (seed {config['seed']}) such that the mean S(q) of "
        "each tier meets its target as nearly as can be while, given the set of options, each member is right about "
        "equally often. Distractors answer other questions of the same benchmark, question type and modality. None is "
        "a synonym, a part or the whole of the answer, nor known to be right too. "
    ) + _known(facts)
    yield from ("", *_reached(tiers))
    if config["order"] == Order.SHUFFLED:
        yield from ("", "The questions of all of these stand shuffled in one tier.")
    for paragraph in (_point(facts, config, tiers), _GAIN, _chance(tiers), _lost(stages, tiers)):
        if paragraph:
            yield from ("", paragraph)


def _known(facts: dict[str, Any]) -> str:
    """Return from what it was known which other labels are right too."""
    known = (
        (facts["checked_against_scene"], "the scene graph"),
        (facts["not_checked_against_scene"], "other answers to such questions about the same image, no more"),
    )
    told = [f"{what} ({count:,} questions)" for count, what in known if count]
    return f"What is right too is known from {' or '.join(told)}."


def _reached(tiers: Sequence[DrawnTier]) -> Iterator[str]:
    """Yield the table of what was wanted of each tier and what was reached."""
    yield (
        "| tier | questions | options | chance | target | mean S(q) | off by | blind gain promised | in sample "
        "| out of fold | option sets |"
    )
    yield f"|{'--:|' * 11}"
    for tier in tiers:
        low, high = tier.targets
        ramp = "" if low == high else f" ({low:.3f} to {high:.3f})"
        cells = (
            tier.name,
            f"{tier.drawn:,}",
            str(tier.options),
            f"{tier.chance:.3f}",
            f"{tier.target:.3f}{ramp}",
            f"{tier.mean:.3f}",
            f"{tier.shortfall:+.3f}",
            *(f"{gain:.3f}" for gain in (tier.promised_gain, tier.gain, tier.gain_out_of_fold)),
            " to ".join(f"{count:,}" for count in dict.fromkeys(tier.option_sets)) + (" a step" if ramp else ""),
        )
        yield f"| {' | '.join(cells)} |"


def _point(facts: dict[str, Any], config: dict[str, Any], tiers: Sequence[DrawnTier]) -> str:
    """Return where on the trade-off between span and blind gain the draw stands, and what was missed."""
    low, high = facts["attainable"]
    means = [tier.mean for tier in tiers]
    bound = config["max_blind_gain"]
    said = (
        f"**The point chosen.** The blind gain of the options was to be {bound:g} at most. Under it the easiest "
        f"questions can have a mean S(q) of {low:.3f} and the hardest one of {high:.3f}; the tiers span "
        f"{min(means):.3f} to {max(means):.3f}. "
        f"The targets {'were given' if config['targets'] else 'are even steps over what can be had'}."
    )
    missed = [f"tier {tier.name} ({tier.shortfall:+.3f})" for tier in tiers if abs(tier.shortfall) >= NEAR]
    if missed:
        said += (
            f" Missed by {NEAR:g} or more: {', '.join(missed)}; the target cannot be had under the bound, or not with "
            "so few questions."
        )
    above = [f"tier {tier.name} ({tier.gain:.3f})" for tier in tiers if tier.gain > bound + _ROUNDING]
    if above:
        said += (
            f" In sample the blind gain is above the bound in {', '.join(above)}: whole questions cannot be shared out "
            "as evenly as the design asks where a step has few of them."
        )
    return said + (
        " A higher `--max-blind-gain` or fewer `--options` widen the span; `ckit build-curriculum --plan-choices` "
        "shows by how much."
    )


_GAIN = (
    "**Blind gain** is what a guesser gains over chance who sees no image but knows how often each member of each set "
    "of options is right. In sample he knows it of these very questions: an upper bound for whoever goes by the set "
    "alone, and a few questions to a set lift it above 0 by themselves. Out of fold he knows it of the questions of "
    "other units. That can be below 0: where the members of a set are right equally often, one that is right in his "
    "fold was right the less often in the others, and he guesses another."
)


def _chance(tiers: Sequence[DrawnTier]) -> str:
    """Return how to compare tiers whose questions have different numbers of options; nothing where these are equal."""
    first, last = tiers[0].options, tiers[-1].options
    if first == last:
        return ""
    return (
        f"The number of options goes from {first} to {last}, and chance with it: compare accuracies and pass rates of "
        "tiers as (accuracy - chance) / (1 - chance)."
    )


def _lost(stages: dict[str, Any], tiers: Sequence[DrawnTier]) -> str:
    """Return which questions got no options, or fewer; nothing where all got what was asked for."""
    reasons = (
        (
            "their answer is right too often for other labels to stand beside it as often (`answer_too_frequent`)",
            [tier.left_out for tier in tiers],
        ),
        ("no other label may stand beside their answer (`no_distractors`)", [tier.unsafe for tier in tiers]),
    )
    listed = [f"{sum(counts):,} because {why}{_by_tier(counts)}" for why, counts in reasons if sum(counts)]
    said = f"Left out, with their reason in `rejects.parquet`: {'; '.join(listed)}." if listed else ""
    if fewer := sum(tier.fewer for tier in tiers):
        said += f" {fewer:,} questions have fewer options, because their pool has no more labels."
    if left_out := stages.get("keep", {}).get("left_out"):
        said += f" Of what was drawn, {left_out:,} were left out again because they are answered without the image."
    return said.strip()


def _by_tier(counts: Sequence[int]) -> str:
    return f" ({', '.join(f'{count:,}' for count in counts)} by tier)" if len(counts) > 1 else ""
