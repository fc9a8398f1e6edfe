"""Arms of a comparison: curricula that differ in their choices and their order, and the proof that it is in no more.

Reads the view `shards` of a DuckDB connection (the `shard` table, with `filename` and `file_row_number`); gives hashes
of what an arm holds, and the outcome of comparing them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from curriculum_kit.enums import ChoiceSource, Order
from curriculum_kit.prompts import LETTERS, PromptTemplate
from curriculum_kit.schemas import schema_of


@dataclass(frozen=True)
class Arm:
    """One curriculum of a comparison."""

    name: str
    choices: ChoiceSource
    order: Order


ARMS = (
    Arm("random", ChoiceSource.RANDOM, Order.SHUFFLED),
    Arm("keep", ChoiceSource.KEEP, Order.SHUFFLED),
    Arm("order-only", ChoiceSource.RANDOM, Order.EASY_TO_HARD),
    Arm("choices-only", ChoiceSource.SIMILAR, Order.SHUFFLED),
    Arm("ordered", ChoiceSource.SIMILAR, Order.EASY_TO_HARD),
    Arm("reversed", ChoiceSource.SIMILAR, Order.HARD_TO_EASY),
)
"""All arms, the baseline first. `keep` is there only where every question has choices of its own."""

FIRST = ARMS[4]
"""Whose questions all hold: its draw may turn some away."""

SAME = (
    *("question_id", "group_id", "variant_id", "benchmark", "split", "unit_id", "question", "answer"),
    *("question_type", "modality", "metadata", "hops"),
)
"""Columns of a shard that are the same in all arms; the paths and bytes of `images` are so too."""

OPTIONS = ("question_id", "variant_id", "choices", "answer_index", "solution")
"""Columns that are the same in arms of the same choices."""

FOLLOWING = ("tier", "blind", *(name for name in schema_of("shard").names if name.startswith("difficulty")))
"""Columns that follow from choices and order; the prompt does from the question, its options and the template."""

_BATCH_ROWS = 50_000
_PLACES = re.compile(r"(\{question\}|\{options\})")


@dataclass(frozen=True)
class Hashes:
    """SHA-256 of what an arm holds. Rows are sorted by question, but for `order`."""

    questions: str
    """Of the columns `SAME` and of the images"""
    prompt: str
    """Of the template, which is the one given where every prompt is it with the row's question and options"""
    choices: str
    """Of the columns `OPTIONS`: labels, their order and the letter of the answer"""
    options: str
    """Of the number of options of each question"""
    order: str
    """Of the questions in the order of the shards"""
    wrong_letters: int
    """Rows whose letter is not that of their answer"""


@dataclass(frozen=True)
class Checked:
    """What was compared in which arms, and whether it is the same in all of them."""

    what: str
    arms: tuple[str, ...]
    same: bool


def hashes_of(database: duckdb.DuckDBPyConnection, template: PromptTemplate) -> Hashes:
    """Return the hashes of one arm; memory does not grow with its questions."""
    questions, choices, options, prompts = (hashlib.sha256() for _ in range(4))
    wrong_letters = 0
    query = f"""
        SELECT sha256({_json(SAME)} || to_json(list_transform(images, lambda image:
                   {{'path': image.path, 'bytes': sha256(image.bytes)}}))::VARCHAR) AS questions,
               sha256({_json(OPTIONS)}) AS choices,
               question_id || ' ' || len(choices) AS options,
               CASE WHEN to_json(prompt) = to_json({_rendered(template)}) THEN NULL
                    ELSE sha256(to_json(prompt)::VARCHAR) END AS prompts,
               (choices[answer_index + 1] = answer AND solution = $letters[answer_index + 1]) IS NOT TRUE AS wrong
        FROM shards ORDER BY question_id, variant_id"""
    for batch in (
        database.cursor().sql(query, params={"letters": LETTERS} | _texts(template)).to_arrow_reader(_BATCH_ROWS)
    ):
        for total, name in ((questions, "questions"), (choices, "choices"), (options, "options"), (prompts, "prompts")):
            # What is joined holds no line break but in an id, and the questions' hash holds the ids already.
            total.update("".join(f"{value}\n" for value in batch[name].to_pylist() if value is not None).encode())
        wrong_letters += sum(batch["wrong"].to_pylist())
    return Hashes(
        questions=questions.hexdigest(),
        prompt=template.sha256 if prompts.digest() == hashlib.sha256().digest() else prompts.hexdigest(),
        choices=choices.hexdigest(),
        options=options.hexdigest(),
        order=_order(database),
        wrong_letters=wrong_letters,
    )


def prove(arms: Mapping[str, Hashes], template: PromptTemplate) -> list[Checked]:
    """Compare arms by their hashes; return each comparison with its outcome.

    Arms are known by the names of `ARMS`. All hold the same questions, images, answers and prompt; arms of the same
    choices the same options at the same letters; arms with drawn choices as many options for each question; shuffled
    arms the same order.
    """
    known = [arm for arm in ARMS if arm.name in arms]
    everyone = [arm.name for arm in known]
    drawn = [arm.name for arm in known if arm.choices is not ChoiceSource.KEEP]
    shuffled = [arm.name for arm in known if arm.order is Order.SHUFFLED]
    alike = [[arm.name for arm in known if arm.choices is source] for source in ChoiceSource]
    return [
        _compared(arms, "questions", everyone),
        _compared(arms, "prompt", everyone, template.sha256),
        Checked("letters", tuple(everyone), not any(arms[name].wrong_letters for name in everyone)),
        _compared(arms, "options", drawn),
        *(_compared(arms, "choices", names) for names in alike if len(names) > 1),
        _compared(arms, "order", shuffled),
    ]


def alike(arms: Mapping[str, Hashes]) -> list[list[str]]:
    """Return groups of arms that do not differ at all, as where there is one tier."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, hashes in arms.items():
        groups.setdefault((hashes.choices, hashes.order), []).append(name)
    return [names for names in groups.values() if len(names) > 1]


def _compared(arms: Mapping[str, Hashes], what: str, names: Sequence[str], wanted: str | None = None) -> Checked:
    seen = {getattr(arms[name], what) for name in names} | ({wanted} if wanted else set())
    return Checked(what, tuple(names), len(seen) == 1)


def _order(database: duckdb.DuckDBPyConnection) -> str:
    total = hashlib.sha256()
    query = "SELECT question_id FROM shards ORDER BY filename, file_row_number"
    for batch in database.cursor().sql(query).to_arrow_reader(_BATCH_ROWS):
        total.update("".join(f"{name}\n" for name in batch["question_id"].to_pylist()).encode())
    return total.hexdigest()


def _json(columns: Sequence[str]) -> str:
    return f"to_json({{{', '.join(f'{name!r}: {name}' for name in columns)}}})::VARCHAR"


def _rendered(template: PromptTemplate) -> str:
    """Return the SQL of the conversation that the template makes of a row; `_texts` are its parameters."""
    options = "array_to_string(list_transform(choices, lambda label, place: $letters[place] || '. ' || label), chr(10))"
    columns = {"{question}": "question", "{options}": options}
    user = " || ".join(columns.get(part) or f"$text{number}" for number, part in _parts(template))
    system = "{'role': 'system', 'content': $system}, " if template.system else ""
    return f"[{system}{{'role': 'user', 'content': {user}}}]"


def _texts(template: PromptTemplate) -> dict[str, str]:
    texts = {f"text{number}": part for number, part in _parts(template) if not _PLACES.fullmatch(part)}
    return texts | ({"system": template.system} if template.system else {})


def _parts(template: PromptTemplate) -> Iterator[tuple[int, str]]:
    return ((number, part) for number, part in enumerate(_PLACES.split(template.user)) if part)
