"""What questions ask for."""

import pytest

from curriculum_kit.wordings.asked import Asked, question
from curriculum_kit.wordings.lexicon import Lexicon
from curriculum_kit.wordings.referents import referents


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What is the red thing?", Asked.NAME),
        ("The red thing is called what?", Asked.NAME),
        ("Name the red thing.", Asked.NAME),
        ("Could you tell me which organ is shown?", Asked.NAME),
        ("How would you classify the abnormality?", Asked.NAME),
        ("What type of abnormality is shown?", Asked.NAME),
        ("What is the type of the red thing?", Asked.TYPE),
        ("What color is the liver?", Asked.COLOUR),
        ("What is the color of the liver?", Asked.COLOUR),
        ("There is a thing; what color is it?", Asked.COLOUR),
        ("What is the thing that is red in color?", Asked.NAME),
        ("Where is the mass?", Asked.LOCATION),
        ("In which part of the frame is the liver?", Asked.LOCATION),
        ("How many things are there?", Asked.COUNT),
        ("What number of things are there?", Asked.COUNT),
        ("Count the red things.", Asked.COUNT),
        ("Is there a cyst?", Asked.YES_NO),
        ("In this image, is there a cyst?", Asked.YES_NO),
        ("Can you see a thing which is red?", Asked.YES_NO),
        ("Determine whether the axis is horizontal or vertical?", Asked.YES_NO),
        ("What is the hook doing?", Asked.ACTION),
        ("What is being done to the liver?", Asked.ACTED),
        ("How was the image taken?", Asked.HOW),
        ("Why is it dark?", Asked.WHY),
    ],
)
def test_what_is_asked(lexicon: Lexicon, text: str, asked: Asked):
    found = question(referents(text, lexicon))
    assert found is not None
    assert found.asked is asked


@pytest.mark.parametrize(
    "text", ["The thing which is red is the liver.", "It is red.", "A thing is there?", "", "Liver"]
)
def test_statements_ask_nothing(lexicon: Lexicon, text: str):
    assert question(referents(text, lexicon)) is None


def test_questions_in_a_row_and_alternatives_are_told(lexicon: Lexicon):
    found = question(referents("What is the mass and where is it?", lexicon))
    assert found is not None
    assert found.questions == 2
    found = question(referents("Is the mass benign or malignant?", lexicon))
    assert found is not None
    assert found.alternatives
