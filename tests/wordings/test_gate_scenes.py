"""Generated questions about scenes: what is reworded passes, and whatever is turned around in it never does."""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.wordings.base import Refusal
from curriculum_kit.wordings.gate import Gate

CONVERSE = {"left": "right", "right": "left", "above": "below", "below": "above", "within": "around"}
SPOKEN = {
    "left": ("left of", "to the left of", "on the left side of"),
    "right": ("right of", "to the right of", "on the right side of"),
    "above": ("above",),
    "below": ("below", "beneath"),
    "within": ("within", "inside"),
}
ASKED = {
    "name": ("What is the name of {x}?", "What is {x} called?", "What would a surgeon call {x}?"),
    "color": ("What color is {x}?", "What is the colour of {x}?", "Which color does {x} have?"),
    "location": ("What location is {x}?", "Where is {x}?", "What is the location of {x}?"),
}


@dataclass(frozen=True)
class Object:
    """What is said of something."""

    color: str
    place: str
    noun: str

    def __str__(self) -> str:
        return " ".join(word for word in (self.color, self.place, self.noun) if word)


@dataclass(frozen=True)
class Scene:
    """A question about `what`, which stands in two relations."""

    asked: str
    what: Object
    relations: tuple[tuple[str, Object], tuple[str, Object]]

    def said(self, form: int, *, swapped: bool = False, synonym: int = 0) -> str:
        pairs = self.relations[::-1] if swapped else self.relations
        told = " and ".join(f"{SPOKEN[name][synonym % len(SPOKEN[name])]} the {other}" for name, other in pairs)
        forms = ASKED[self.asked]
        return forms[form % len(forms)].format(x=f"the {self.what} that is {told}")


COLORS, PLACES = ["red", "yellow", "white"], ["top-left", "top-mid", "bottom-right"]
COMPONENTS = ["liver", "gallbladder", "gut", "omentum", "cystic_plate", "grasper", "hook"]
objects = st.builds(
    Object, st.sampled_from(["", *COLORS]), st.sampled_from(["", *PLACES]), st.sampled_from(["thing", "anatomy"])
)
components = st.builds(Object, st.sampled_from(COLORS), st.sampled_from(["", *PLACES]), st.sampled_from(COMPONENTS))
related = st.tuples(st.sampled_from(sorted(SPOKEN)), components)
scenes = st.builds(Scene, st.sampled_from(sorted(ASKED)), objects, st.tuples(related, related)).filter(
    lambda scene: scene.relations[0] != scene.relations[1] and scene.relations[0][1] != scene.relations[1][1]
)


@settings(max_examples=150, deadline=None)
@given(scene=scenes, form=st.integers(1, 2), swapped=st.booleans(), synonym=st.integers(0, 2))
def test_takes_other_words_in_another_order(gate: Gate, scene: Scene, form: int, swapped: bool, synonym: int):
    verdict = gate.judge(scene.said(0), [scene.said(form, swapped=swapped, synonym=synonym)])[0]
    assert verdict.refusal is None, verdict.detail


@settings(max_examples=150, deadline=None)
@given(scene=scenes, form=st.integers(0, 2), place=st.integers(0, 1))
def test_refuses_a_relation_turned_around(gate: Gate, scene: Scene, form: int, place: int):
    name, other = scene.relations[place]
    turned = list(scene.relations)
    turned[place] = ("above" if name == "within" else CONVERSE[name], other)
    wrong = replace(scene, relations=tuple(turned))
    assert gate.judge(scene.said(0), [wrong.said(form)])[0].refusal is Refusal.CHANGES_RELATION


@settings(max_examples=100, deadline=None)
@given(scene=scenes, form=st.integers(0, 2))
def test_refuses_relations_that_have_changed_hands(gate: Gate, scene: Scene, form: int):
    (one, first), (other, second) = scene.relations
    wrong = replace(scene, relations=((one, second), (other, first)))
    refusal = gate.judge(scene.said(0), [wrong.said(form)])[0].refusal
    assert one == other or refusal is Refusal.CHANGES_RELATION


@settings(max_examples=150, deadline=None)
@given(scene=scenes, form=st.integers(0, 2), place=st.integers(0, 1), color=st.sampled_from(["", *COLORS, "blue"]))
def test_refuses_another_color_or_none(gate: Gate, scene: Scene, form: int, place: int, color: str):
    name, other = scene.relations[place]
    changed = list(scene.relations)
    changed[place] = (name, replace(other, color=color))
    wrong = replace(scene, relations=tuple(changed))
    assert (gate.judge(scene.said(0), [wrong.said(form)])[0].refusal is None) <= (color == other.color)


@settings(max_examples=100, deadline=None)
@given(scene=scenes, form=st.integers(0, 2), number=st.sampled_from(["two", "3", "ten"]))
def test_refuses_a_number_that_was_not_there(gate: Gate, scene: Scene, form: int, number: str):
    wrong = replace(scene, what=replace(scene.what, color=f"{number} {scene.what.color}".strip()))
    assert gate.judge(scene.said(0), [wrong.said(form)])[0].refusal is Refusal.CHANGES_NUMBER


@settings(max_examples=100, deadline=None)
@given(scene=scenes, form=st.integers(0, 2), asked=st.sampled_from(sorted(ASKED)))
def test_refuses_another_question_about_the_same(gate: Gate, scene: Scene, form: int, asked: str):
    refusal = gate.judge(scene.said(0), [replace(scene, asked=asked).said(form, synonym=1)])[0].refusal
    assert asked == scene.asked or refusal is Refusal.CHANGES_ASKED
