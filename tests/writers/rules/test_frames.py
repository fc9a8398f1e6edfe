import pytest

from curriculum_kit.wordings.base import Variety
from curriculum_kit.writers.rules.frames import Frame, an, filled, reader, tidied

FRAME = Frame("Which {n} is[ being] <shown|seen> in {i}?", Variety.SYNTAX)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("Which organ is shown in this scan", {"n": "organ", "i": "this scan"}),
        ("which large organ is being seen in A Scan", {"n": "large organ", "i": "A Scan"}),
        ("Which organ is in this scan", None),
        ("Which organ is being being shown in this scan", None),
        ("Which 2 is shown in this scan", None),
    ],
)
def test_a_frame_reads_what_fills_its_slots(text: str, slots: dict[str, str] | None) -> None:
    assert reader(FRAME, {"n": "[a-z ]+?"}).read(text, text.lower()) == slots


def test_marks_of_a_text_are_no_patterns() -> None:
    assert reader(Frame("What (is) it {n}."), {}).read("What is it x", "what is it x") is None


def test_a_frame_is_filled_and_begins_with_a_capital() -> None:
    assert filled(Frame("{i} shows what {n}?"), {"i": "this CT scan", "n": "organ"}) == "This CT scan shows what organ?"


def test_the_slots_of_a_frame() -> None:
    assert FRAME.slots == {"n", "i"}


def test_texts_are_tidied() -> None:
    assert tidied(' "What  is\tit ?? "') == "What is it"


@pytest.mark.parametrize(("phrase", "expected"), [("Omentum", "an Omentum"), ("red omentum", "a red omentum")])
def test_articles(phrase: str, expected: str) -> None:
    assert an(phrase) == expected
