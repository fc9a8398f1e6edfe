import pytest

from curriculum_kit.writers.rules import parse
from curriculum_kit.writers.rules.meaning import Deed, DeedMeaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("What is the grasper doing?", DeedMeaning(Deed.DOING, "grasper")),
        ("Which tool is operating on gallbladder", DeedMeaning(Deed.TOOL, "gallbladder")),
        ("What is the action being performed on cystic_duct?", DeedMeaning(Deed.ACTION, "cystic_duct")),
        ("Which target is being cut in the scene?", DeedMeaning(Deed.TARGET, "cut")),
        ("Which anatomical structures are present?", DeedMeaning(Deed.PRESENT, "anatomical structures")),
    ],
)
def test_questions_about_deeds_are_read(text: str, meaning: DeedMeaning) -> None:
    assert parse(text) == meaning


def test_a_tool_and_a_target_are_told_apart() -> None:
    assert parse("What is being done with the hook?") == DeedMeaning(Deed.DOING, "hook")
    assert parse("What is being done to the liver?") == DeedMeaning(Deed.ACTION, "liver")


@pytest.mark.parametrize(
    "text", ["Which target is being seen?", "Which organs are present?", "Which tool is operating on?"]
)
def test_other_forms_are_not_read(text: str) -> None:
    assert parse(text) is None
