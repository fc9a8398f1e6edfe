"""Having a model answer question after question, in a way that can be interrupted.

Answers go to a file of JSON lines, one line per batch in a fixed order: the lines that are there say where to go on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curriculum_kit.errors import ModelUnavailable
from curriculum_kit.storage import hash_of
from trainer.answerer import Answerer
from trainer.answers import chosen
from trainer.images import Images
from trainer.questions import Questions
from trainer.results import Condition

if TYPE_CHECKING:
    from PIL import Image

Progress = Callable[[str, int, int], None]
_GREY = (128, 128, 128)


@dataclass(frozen=True)
class Batch:
    """Questions that are asked together, by number: all of them with images, or none."""

    condition: Condition
    questions: list[int]


def batches_of(has_images: Sequence[bool], conditions: Sequence[Condition], size: int) -> list[Batch]:
    """Return what is asked, in order. A question without an image is asked under `image` alone.

    >>> [(b.condition.value, b.questions) for b in batches_of([True, False, True], list(Condition)[:2], 2)]
    [('image', [0, 2]), ('image', [1]), ('blank', [0, 2])]
    """
    batches = []
    for condition in conditions:
        for wanted in (True, False) if condition is Condition.IMAGE else (True,):
            numbers = [number for number, has in enumerate(has_images) if has == wanted]
            batches += [Batch(condition, numbers[start : start + size]) for start in range(0, len(numbers), size)]
    return batches


def answer(
    batches: Sequence[Batch],
    questions: Questions,
    images: Images,
    file: Path,
    load: Callable[[], Answerer],
    *,
    samples: int,
    seed: int,
    progress: Progress,
) -> None:
    """Append the answers to every batch that has none in `file` yet; the model is loaded if there is one.

    What is drawn depends on `seed`, the condition and the questions of a batch, not on where a run was interrupted.
    """
    done = len(_whole_lines(file))
    counts = [len(batch.questions) for batch in batches]
    progress("questions", sum(counts[:done]), sum(counts))
    if done == len(batches):
        return
    answerer = load()
    with file.open("ab") as stream:
        for place in range(done, len(batches)):
            batch = batches[place]
            shown = [_shown(images.of_row(number), batch.condition) for number in batch.questions]
            keys = [questions.keys[number] for number in batch.questions]
            drawn_by = int(hash_of([seed, batch.condition, keys])[:8], 16)
            completions = answerer.write(questions.prompts(batch.questions), shown, samples, drawn_by)
            if [len(each) for each in completions] != [samples] * len(batch.questions):
                raise ModelUnavailable("the model gave another number of completions than was asked for; report this")
            stream.write(json.dumps(completions).encode() + b"\n")
            stream.flush()
            progress("questions", sum(counts[: place + 1]), sum(counts))


def result_rows(batches: Sequence[Batch], questions: Questions, file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of the result table: each answer with what it names and whether that is right."""
    with file.open("rb") as lines:
        for batch, line in zip(batches, lines, strict=True):
            for number, completions in zip(batch.questions, json.loads(line), strict=True):
                about = questions.about(number)
                options, right = about.pop("choices"), about.pop("answer_index")
                for sample, completion in enumerate(completions):
                    named = chosen(completion, options)
                    yield about | {
                        "condition": batch.condition.value,
                        "sample": sample,
                        "completion": completion,
                        "chosen": named,
                        "right": named == right,
                        "n_choices": len(options),
                    }


def _shown(images: list[Image.Image], condition: Condition) -> list[Image.Image]:
    from PIL import Image as Pillow

    if condition is Condition.NO_IMAGE:
        return []
    if condition is Condition.BLANK:
        return [Pillow.new("RGB", image.size, _GREY) for image in images]
    return images


def _whole_lines(file: Path) -> list[bytes]:
    """Return the whole lines of the file; what a killed run left of a line is cut off."""
    if not file.is_file():
        return []
    content = file.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        with file.open("rb+") as stream:
            stream.truncate(len(whole))
    return whole.splitlines()
