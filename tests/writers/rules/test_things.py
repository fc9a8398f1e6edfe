import random

import pytest

from curriculum_kit.writers.rules.meaning import Relation, Thing
from curriculum_kit.writers.rules.things import Phrasing, read_body, read_relation, read_thing


@pytest.mark.parametrize(
    ("phrase", "thing"),
    [
        ("thing", Thing()),
        ("red top-mid object", Thing(color="red", place="top-mid")),
        ("Red Anatomical Structures", Thing(color="red", kind="anatomy")),
        ("anatomy at the center of the frame", Thing(place="center", kind="anatomy")),
        ("cystic_plate anatomys", Thing("cystic_plate")),
        ("omentum structures", Thing("omentum")),
        ("structures", None),  # of which kind they are is said by "anatomical" alone
        ("liver", None),
        ("red", None),
        ("liver gut thing", None),
        ("red brown thing", None),
        ("thing thing", None),
        ("", None),
    ],
)
def test_descriptions_are_read(phrase: str, thing: Thing | None) -> None:
    assert read_thing(phrase) == thing


def test_a_component_may_stand_alone_where_it_is_allowed() -> None:
    assert read_thing("red liver", named=True) == Thing("liver", "red")
    assert read_thing("red", named=True) is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("On the left side of", "left"),
        ("to the right of", "right"),
        ("inside", "within"),
        ("horizontally aligned with", "horizontal"),
        ("vertical", "vertical"),
        ("cut by", "cut"),
    ],
)
def test_relations_are_read(words: str, name: str) -> None:
    assert read_relation(words) == name


def test_relations_belong_to_the_first_object() -> None:
    assert read_body("thing that is both above the red liver and left of the gut object") == (
        Thing(),
        (Relation("above", Thing("liver", "red")), Relation("left", Thing("gut"))),
    )
    assert read_body("thing that is above the liver that is left of the gut") is None


def test_a_place_stands_behind_the_noun_only_where_nothing_follows() -> None:
    thing, related = Thing(place="center", kind="instrument"), (Relation("above", Thing("gut")),)
    alone = {Phrasing(random.Random(seed)).body(thing) for seed in range(50)}
    before = {Phrasing(random.Random(seed)).body(thing, related).split(" that ")[0] for seed in range(50)}
    assert alone == {"center instrument", "instrument at the center of the frame"}
    assert not any("frame" in text for text in before)


def test_nothing_is_said_to_be_located_horizontally_or_by_a_deed() -> None:
    for name in ("horizontal", "vertical", "retracted"):
        bodies = [Phrasing(random.Random(seed)).body(Thing(), (Relation(name, Thing("gut")),)) for seed in range(50)]
        assert not any(word in body for body in bodies for word in ("located", "lying", "positioned"))
