"""The card of arms: what each curriculum of a comparison holds, and which to compare with which.

Reads the manifest of the arms; gives the text of `README.md`. Its head tells the Hugging Face hub where the shards are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_COMPARE = (
    ("choices-only", "random", "does it help that distractors are drawn for a wanted difficulty?"),
    ("ordered", "choices-only", "does the order help, given these choices?"),
    ("ordered", "reversed", "is it this order that helps, or any?"),
    ("order-only", "random", "does the order help where choices are random, as their S(q) happens to be?"),
    ("ordered", "random", "what do choices and order do together?"),
    ("random", "keep", "how much do the options of the source give away, or ask for?"),
)

_SAID = {
    "questions": "questions, images, answers, units, splits and metadata",
    "prompt": "prompt template, rendered with nothing but the question and its options",
    "letters": "the letter of every row is that of its answer",
    "options": "number of options of each question",
    "choices": "choices, their order and the letter of the answer",
    "order": "order of the questions",
}
"""What a comparison of hashes is about, in words."""


def arms_card(manifest: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    arms: dict[str, dict[str, Any]] = manifest["arms"]
    rows = next(iter(arms.values()))["rows"]
    lines = [
        *_head(arms),
        f"# {len(arms)} arms over the same {rows:,} questions",
        "",
        "Curricula that differ in their choices and the order of their questions, and in nothing else: the same "
        "questions, images, answers and prompt. Each folder is a curriculum of its own, with its own card. "
        f"Made with ckit {manifest['ckit']}.",
        "",
        *_table(arms),
        "",
        *(line for note in _notes(manifest) for line in (note, "")),
        *(["![S(q) over each arm](difficulty.png)", ""] if manifest["picture"] else []),
        "## What to compare",
        "",
        *(f"- **{one}** with **{other}**: {asked}" for one, other, asked in _COMPARE if {one, other} <= arms.keys()),
        "",
        "## That nothing else differs",
        "",
        *_proof(manifest),
        "",
        "Train every arm with the same settings, on as many rows, and evaluate all on the same questions with the same "
        "choices.",
        "",
    ]
    return "\n".join(lines)


def _head(arms: dict[str, Any]) -> Iterator[str]:
    yield from ("---", "configs:")
    for name in arms:
        yield from (f"- config_name: {name}", f"  data_files: {name}/shards/**/*.parquet")
    yield "---"


def _table(arms: dict[str, Any]) -> Iterator[str]:
    yield "| arm | choices | order | questions | options | S(q), first tenth | last tenth | mean | blind gain |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|"
    for name, arm in arms.items():
        low, high = arm["options"]
        cells = (
            *(name, arm["choices"], arm["order"], f"{arm['rows']:,}"),
            f"{low}" if low == high else f"{low} to {high}",
            *(f"{arm['difficulty'][part]:.3f}" for part in ("first_tenth", "last_tenth", "mean")),
            "" if arm["blind_gain"] is None else f"{arm['blind_gain']:+.3f}",
        )
        yield f"| {' | '.join(cells)} |"


def _notes(manifest: dict[str, Any]) -> Iterator[str]:
    yield (
        "*Blind gain*: how much more often than by chance a guesser is right who sees neither image nor question and "
        "takes the offered label that is most often right in other units."
    )
    yield (
        "In *order-only* tiers differ in their answers too, for S(q) of random choices depends on the answer: a wider "
        "span of S(q) there is no gain by itself. In *ordered* every tier has the same answers."
    )
    if manifest["own_scale"]:
        yield (
            f"S(q) of *{manifest['own_scale']}* is on a scale of its own: similarity is ranked among the labels that "
            "it offers, which are others than those that can be drawn."
        )
    if manifest["without_choices"]:
        yield (
            f"There is no arm *keep*: {manifest['without_choices']:,} of the questions have no choices in their source."
        )
    if manifest["turned_away"]:
        yield (
            f"{manifest['turned_away']:,} questions are in no arm, for choices cannot be drawn for them in *ordered*: "
            "its `rejects.parquet` says why."
        )
    if manifest["with_the_others"]:
        yield (
            f"{manifest['with_the_others']:,} questions have the choices of *ordered* in the random arms too: no other "
            "set of as many options could be found."
        )
    for names in manifest["alike"]:
        yield f"*{'* and *'.join(names)}* are the same: all their questions are of one step of difficulty."


def _proof(manifest: dict[str, Any]) -> Iterator[str]:
    yield "| compared | arms | |"
    yield "|---|---|---|"
    for row in manifest["checked"]:
        yield f"| {_SAID[row['what']]} | {', '.join(row['arms'])} | {'the same' if row['same'] else 'NOT the same'} |"
    yield ""
    yield (
        "`manifest.json` has the hashes that were compared, made of the rows in the shards, and the SHA-256 of every "
        "shard. The command run again compares anew."
    )
