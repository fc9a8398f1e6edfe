"""Where a question drifts from what the picture shows."""

import pytest

from curriculum_kit.wordings.asked import Asked, question
from curriculum_kit.wordings.drift import moods
from curriculum_kit.wordings.lexicon import Lexicon
from curriculum_kit.wordings.referents import referents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can a hook be seen?", set()),
        ("Which anatomy would a surgeon identify?", set()),
        ("Might you know where the liver is?", set()),
        ("Which tool could retract the liver?", {"could"}),
        ("Which tool will be retracting the liver?", {"will"}),
        ("Where should the grasper be?", {"should"}),
    ],
)
def test_modal_verbs_of_seeing_and_telling_say_nothing_of_what_may_be(
    text: str, expected: set[str], lexicon: Lexicon
) -> None:
    assert moods(referents(text, lexicon).items) == expected


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Who took this image of the liver?", Asked.ELSE),
        ("Which patient does the liver belong to?", Asked.ELSE),
        ("Which image shows the liver?", Asked.ELSE),
        ("Where does the grasper come from?", Asked.ELSE),
        ("Where in the image is the grasper?", Asked.LOCATION),
        ("What does the abnormality suggest?", Asked.ELSE),
        ("What is the abnormality associated with?", Asked.ELSE),
        ("What does this image suggest?", Asked.NAME),
        ("What does the grasper retract?", Asked.NAME),
        ("What was the modality used to capture in this image?", Asked.ELSE),
        ("What modality was used to capture this image?", Asked.NAME),
    ],
)
def test_a_question_may_leave_what_the_picture_shows(text: str, asked: Asked, lexicon: Lexicon) -> None:
    found = question(referents(text, lexicon))
    assert found is not None
    assert found.asked is asked
