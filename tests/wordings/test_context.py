"""What a phrase is among its neighbours."""

import pytest

from curriculum_kit.wordings.gate import Gate
from curriculum_kit.wordings.lexicon import Lexicon
from curriculum_kit.wordings.referents import referents


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("What is the cause of the disease?", "cause"),
        ("What causes the disease?", "cause"),
        ("What caused the disease?", "cause"),
        ("What is the disease caused by?", "cause"),
        ("By what is the disease caused?", "cause"),
        ("What does the disease cause?", "effect"),
        ("What is caused by the disease?", "effect"),
    ],
)
def test_what_causes_and_what_is_caused_are_told_apart(text: str, concept: str, lexicon: Lexicon) -> None:
    found = {term.concept for term in referents(text, lexicon).kept}
    assert found & {"cause", "effect"} == {concept}


@pytest.mark.parametrize(
    ("original", "wording", "accepted"),
    [
        ("How many hooks are there?", "How many hooks can be seen?", True),
        ("Are there any hooks?", "Are there many hooks?", False),
        ("Is there a hook?", "Is there at least one hook?", True),
        ("Is there a hook?", "Is there exactly one hook?", False),
        ("Which thing is retracting the liver?", "Retraction of the liver is carried out by which thing?", True),
        ("Which thing is retracting the liver?", "Retraction of which thing is carried out by the liver?", False),
        ("What is left of the gut and above the liver?", "What is left of the gut, which is above the liver?", False),
        (
            "What red thing is left of the gut and within the omentum?",
            "Which red thing has the gut on its right and is within the omentum?",
            True,
        ),
        ("What is the hook doing to the gut?", "What action is the hook performing on the gut?", True),
        ("What is the hook doing to the gut?", "What action is the gut performing on the hook?", False),
    ],
)
def test_what_small_words_do_to_a_question(original: str, wording: str, accepted: bool, gate: Gate) -> None:
    verdict = gate.judge(original, [wording])[0]
    assert (verdict.refusal is None) is accepted, verdict
