"""Parts of the questions: evenly spread, and with no more text than was asked for."""

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.samples import affordable, every
from curriculum_kit.offers import Coded, Offers


def offers(number: int) -> Offers:
    """Questions of two options each, of four characters, that never come again."""
    plain = Coded(np.zeros(number, np.int32), [""])
    return Offers(
        question_ids=pa.array([f"q{n}" for n in range(number)]),
        **dict.fromkeys(["benchmark", "split", "unit", "image", "question", "question_type", "modality"], plain),
        start=np.arange(number + 1) * 2,
        option=Coded(np.arange(2 * number, dtype=np.int32), [f"{n:04d}" for n in range(2 * number)]),
        is_right=np.tile([True, False], number),
    )


def test_questions_are_spread_evenly() -> None:
    assert every(offers(10), 4).question_ids.to_pylist() == ["q0", "q2", "q5", "q7"]
    assert len(every(offers(3), 4)) == 3


def test_the_text_is_limited_and_what_is_not_offered_forgotten() -> None:
    part = affordable(offers(10), 40)
    assert part.question_ids.to_pylist() == ["q0", "q2", "q4", "q6", "q8"]
    assert part.option.texts == [f"{n:04d}" for n in (0, 1, 4, 5, 8, 9, 12, 13, 16, 17)]
    assert part.option.codes.tolist() == list(range(10))
    assert len(affordable(offers(10), 80)) == 10
    assert len(affordable(offers(10), 8, least=3)) == 3
