import pytest

from curriculum_kit.writers.rules import parse
from curriculum_kit.writers.rules.meaning import Asked, Relation, SceneMeaning, Thing

RED_ANATOMY = Thing(color="red", kind="anatomy")
LIVER = Thing("liver")


def scene(asked: Asked, thing: Thing, *relations: Relation) -> SceneMeaning:
    return SceneMeaning(asked, thing, frozenset(relations))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("What is the red anatomy?", scene(Asked.NAME, RED_ANATOMY)),
        ("There is a red anatomy, what is its name?", scene(Asked.NAME, RED_ANATOMY)),
        ("What name is the red anatomy?", scene(Asked.NAME, RED_ANATOMY)),
        ("What anatomy is at the top-mid of the frame ?", scene(Asked.NAME, Thing(place="top-mid", kind="anatomy"))),
        ("What color is the liver?", scene(Asked.COLOR, LIVER)),
        ("The liver thing is what color?", scene(Asked.COLOR, LIVER)),
        ("Where is the gallbladder object?", scene(Asked.LOCATION, Thing("gallbladder"))),
        ("What type is the blue thing?", scene(Asked.TYPE, Thing(color="blue"))),
        ("How many top-mid anatomys are there?", scene(Asked.COUNT, Thing(place="top-mid", kind="anatomy"))),
        ("Is there a silver instrument?", scene(Asked.EXIST, Thing(color="silver", kind="instrument"))),
        (
            "There is a red anatomy; how many objects are left of it?",
            scene(Asked.COUNT, Thing(), Relation("left", RED_ANATOMY)),
        ),
        (
            "How many objects are on the left side of the red anatomical structure?",
            scene(Asked.COUNT, Thing(), Relation("left", RED_ANATOMY)),
        ),
        (
            "There is a red anatomy that is both vertical the liver thing and retracted by the hook?; what name is it?",
            scene(Asked.NAME, RED_ANATOMY, Relation("vertical", LIVER), Relation("retracted", Thing("hook"))),
        ),
    ],
)
def test_questions_about_objects_are_read(text: str, meaning: SceneMeaning) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the thing left of the liver object?", "What is the thing right of the liver object?"),
        ("What is the thing above the liver object?", "What is the thing below the liver object?"),
        ("How many hook things are above the gut?", "How many gut things are above the hook?"),
        ("What color is the red thing?", "What type is the red thing?"),
        ("Is there a red thing?", "Is there a brown thing?"),
        ("What is the top-left anatomy?", "What is the top-right anatomy?"),
        ("What is the red anatomy?", "What is the red instrument?"),
        ("What is the red anatomy?", "What is the red thing?"),
        ("Are there any red things?", "How many red things are there?"),
    ],
)
def test_what_differs_is_read_as_different(one: str, other: str) -> None:
    assert parse(one) is not None
    assert parse(other) is not None
    assert parse(one) != parse(other)


def test_the_order_of_relations_and_of_adjectives_says_nothing() -> None:
    assert parse("What is the red top-mid thing that is above the gut and left of the liver?") == parse(
        "What is the top-mid red object located both to the left of the liver and above the gut thing?"
    )


@pytest.mark.parametrize(
    "text",
    [
        "What is the diagnosis?",  # no noun of a scene: any word might be meant for a component
        "What anatomy is at the None of the frame ?",
        "What is the red red thing?",
        "What is the thing left the liver?",
        "What is the thing beside the liver?",
        "How many things above the gut are left of the liver object?",
        "There is a red thing; how many are there?",
        "Is the red thing above the liver?",
        "What is the red anatomy? What is the brown anatomy?",
    ],
)
def test_other_forms_are_not_read(text: str) -> None:
    assert parse(text) is None
