"""What the card says of the channels that similarity comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_NAMES = {"text": "the text encoder", "clip_text": "CLIP's text tower", "clip_image": "CLIP's image tower"}
_SHOWN = 12
"""Labels that are named; more are counted."""


def encoded(stages: dict[str, Any]) -> Iterator[str]:
    """Yield the paragraphs on how labels were encoded, and what each channel lacks."""
    clip = stages["encode"].get("clip")
    yield (
        f"{stages['vocabulary']['labels']:,} labels, encoded by {stages['encode']['encoder']}"
        + (f" and by CLIP ({clip['model']})" if clip else "")
        + "; cosines are calibrated to their rank among all pairs of labels (0 to 1, mid-ranks for ties)."
    )
    near = stages["encode"].get("near_equal", {"pairs": 0})
    if near["pairs"]:
        named = [f"{pair['label_a']} / {pair['label_b']} ({pair['cosine']:.2f})" for pair in near["nearest"]]
        yield (
            f"{near['pairs']:,} pairs of labels may name one structure, by their cosine, and are not known to: "
            f"{_listed(named, near['pairs'])}. Say which do in a table given by `--synonyms`; none is merged."
        )
    if not clip:
        return
    weights = stages["similarity"]["weights"]
    named = [f"{_NAMES[channel]} {weight:g}" for channel, weight in weights.items()]
    yield f"Channels and their weights: {', '.join(named)}. A pair of labels that one lacks is left to the others."
    sentences = "; ".join(f"`{template}`" for template in clip["templates"])
    yield f"The text tower reads each label in {len(clip['templates'])} sentences: {sentences}."
    if clip["unknown"]:
        yield f"The model was not trained on {_listed(clip['unknown'])}, which neither tower compares."
    yield from _seen(stages["looks"])


def _seen(facts: dict[str, Any]) -> Iterator[str]:
    status = facts["by_status"]
    if not status.get("ok"):
        yield "No image was found, so that nothing is known of what labels look like."
        return
    lost = ", ".join(f"{count:,} {name}" for name, count in status.items() if name != "ok")
    what = "regions of images" if facts["regions"] else "images"
    yield (
        f"The image tower saw {status['ok']:,} {what}{f' ({lost})' if lost else ''}. They show "
        f"{facts['labels_shown']:,} labels, of which {facts['prototypes']:,} have the {facts['min_images']} images "
        "that a prototype takes: the mean of their vectors. `prototypes.parquet` says how much those of a label differ."
    )
    if facts["too_few"]:
        few = [f"{label} ({count})" for label, count in facts["too_few"].items()]
        yield f"Too few images show {_listed(few)}: the image channel lacks them."
    yield (
        "`difficulty_image` of a question is how near its own image comes to the prototypes of its other choices, as a "
        "rank among all images and labels: it differs from image to image where the choices are the same."
    )


def _listed(labels: list[str], count: int | None = None) -> str:
    over = (len(labels) if count is None else count) - _SHOWN
    more = f" and {over:,} more" if over > 0 else ""
    return ", ".join(labels[:_SHOWN]) + more
