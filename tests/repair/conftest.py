"""Questions as the tests of repairs need them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from curriculum_kit.offers import Offers
from curriculum_kit.repair.redraw import Redrawn
from curriculum_kit.schemas import schema_of

Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def asked() -> Asked:
    """Return a function that makes a row of `questions`; what is not said is the same for all rows."""

    def make(number: int, answer: str, *choices: str, **given: Any) -> dict[str, Any]:
        return {
            "question_id": f"q{number}",
            "benchmark": "toy",
            "split": "train",
            "unit_id": f"u{number}",
            "image_ids": [f"toy:{number}.png"],
            "question": "What is it?",
            "answer": answer,
            "choices": list(choices),
            "answer_index": choices.index(answer) if choices else None,
            "question_type": "organ",
            "modality": "CT",
            "metadata": [],
            "choices_as_given": list(choices) or None,
        } | given

    return make


@pytest.fixture
def table() -> Callable[[list[dict[str, Any]]], pa.Table]:
    """Return a function that makes a table of rows."""
    return lambda rows: pa.Table.from_pylist(rows, schema=schema_of("questions"))


@pytest.fixture(scope="session")
def mend() -> Callable[[Offers, Redrawn], Offers]:
    """Return a function that gives the questions with their redrawn options."""
    return lambda offers, redrawn: replace(
        offers, start=redrawn.start, option=replace(offers.option, codes=redrawn.option), is_right=redrawn.is_right
    )
