import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curriculum_kit.benchmarks.scene_questions import ACTIONS, Asked, Filters, ParsedQuestion, parse, participle

GUT = Filters(component="gut")
RED_MID = Filters(color="red", location="top-mid", component="cystic plate")


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        (
            "What anatomy is at the top-left of the frame ?",
            ParsedQuestion(Asked.COMPONENT, Filters(type="anatomy", location="top-left")),
        ),
        (
            "Which anatomical structures are present?",
            ParsedQuestion(Asked.COMPONENT, Filters(type="anatomy")),
        ),
        ("What is the grasper doing?", ParsedQuestion(Asked.ACTION, tool="grasper")),
        ("Which tool is operating on cystic_duct", ParsedQuestion(Asked.TOOL, target="cystic duct")),
        (
            "What is the action being performed on cystic_duct?",
            ParsedQuestion(Asked.ACTION, target="cystic duct"),
        ),
        ("Which target is being dissected in the scene?", ParsedQuestion(Asked.TARGET, action="dissect")),
        ("What is the red anatomy?", ParsedQuestion(Asked.COMPONENT, Filters(color="red", type="anatomy"))),
        (
            "There is a red anatomy, what is its name?",
            ParsedQuestion(Asked.COMPONENT, Filters(color="red", type="anatomy")),
        ),
        (
            "What number of gut objects are below the red top-mid cystic_plate thing?",
            ParsedQuestion(Asked.COUNT, GUT, (("below", RED_MID),)),
        ),
        ("How many instruments are there?", ParsedQuestion(Asked.COUNT, Filters(type="instrument"))),
        (
            "There is a red top-mid cystic_plate object; how many gut things are within it?",
            ParsedQuestion(Asked.COUNT, GUT, (("within", RED_MID),)),
        ),
        (
            "Are there any gut things left of the red top-mid cystic_plate thing?",
            ParsedQuestion(Asked.EXIST, GUT, (("left", RED_MID),)),
        ),
        (
            "The gut object to the right of the red top-mid cystic_plate thing is what color?",
            ParsedQuestion(Asked.COLOR, GUT, (("right", RED_MID),)),
        ),
        (
            "What type is the thing that is horizontal the gut thing?",
            ParsedQuestion(Asked.TYPE, Filters(), (("horizontal", GUT),)),
        ),
        (
            "What is the name of the thing that is both on the left side of the gut thing and vertical the gut thing?",
            ParsedQuestion(Asked.COMPONENT, Filters(), (("left", GUT), ("vertical", GUT))),
        ),
        (
            "There is a thing that is retracted by the gut object and above the gut object?; what name is it?",
            ParsedQuestion(Asked.COMPONENT, Filters(), (("retract", GUT), ("above", GUT))),
        ),
    ],
)
def test_wordings_are_understood(question: str, meaning: ParsedQuestion) -> None:
    assert parse(question) == meaning


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Is there evidence of pneumonia?",
        "What anatomy is at the None of the frame ?",
        "What is the red blue anatomy?",
        "What is the anatomy that is near the gut thing?",
        "What is the anatomy that is above the gut?",
        "There is a red anatomy; what is the weather?",
        "How many things are there? " + "x" * 400,
    ],
)
def test_other_forms_are_not_guessed_at(question: str) -> None:
    assert parse(question) is None


def test_case_spaces_and_the_question_mark_do_not_matter() -> None:
    assert parse("  what IS the  red anatomy ") == parse("What is the red anatomy?")


WORDS = ("there is a", "what is the name of", "how many", "red", "thing", "things", ";", "?", ",", "that is", "both",
         "left of", "above", "within", "grasped by", "the", "and", "it")  # fmt: skip


@given(st.lists(st.sampled_from(WORDS)).map(" ".join) | st.text())
@example("There is a thing above it; how many things are above it")
@example("There is a ;;; it")
def test_any_text_is_parsed_or_refused(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or parsed.asked in Asked


def test_participles_of_all_actions_lead_back_to_them() -> None:
    assert [participle(action) for action in ACTIONS] == [
        "grasped", "retracted", "dissected", "coagulated", "clipped", "cut", "aspirated", "irrigated", "packed",
    ]  # fmt: skip
    for action in ACTIONS:
        parsed = parse(f"Which target is being {participle(action)} in the scene?")
        assert parsed is not None
        assert parsed.action == action


@pytest.mark.real_data
def test_real_questions_are_understood(real_data: Path) -> None:
    lines = [line for file in real_data.glob("ssg_vqa/qa_txt/*/*.txt") for line in file.read_text().splitlines()]
    assert len(lines) == 27
    assert [line for line in lines if parse(line.split("|")[0]) is None] == []

    refused = []
    for name in ("GRPO.json", "GRPO-GDQA.json"):
        for row in json.loads((real_data / "anatomy_r1" / name).read_text()):
            question = re.search(r"Question:\s*(.*?)\s*Anatomy Options:", row["instruction"], re.S)[1]
            refused += [question] * (parse(question) is None)
    assert refused == ["What anatomy is at the None of the frame ?"]
