"""Wordings of phantom questions, answered by a reader of words that knows nothing of the grammar."""

import random
import re
from dataclasses import dataclass, field

import pytest

from curriculum_kit.benchmarks.phantom.asking import question_lines
from curriculum_kit.benchmarks.phantom.graph import graph_json
from curriculum_kit.benchmarks.phantom.scenes import sample_scene
from curriculum_kit.benchmarks.phantom.world import INSTRUMENTS, STRUCTURES
from curriculum_kit.wordings.base import Ask
from curriculum_kit.writers.rules import RulesWriter

WORDINGS = 10_000
LABELS = [*STRUCTURES, *INSTRUMENTS]

RELATIONS = {
    "left": r"to the left of|on the left side of|left of",
    "right": r"to the right of|on the right side of|right of",
    "above": "above",
    "below": "below",
    "within": "within|inside",
    "horizontal": r"horizontally in line with|horizontally aligned with|horizontal to|horizontal",
    "vertical": r"vertically in line with|vertically aligned with|vertical to|vertical",
}
WORDS = {
    **{name: ("component", name) for name in LABELS},
    **{color: ("color", color) for color in ("red", "brown", "yellow", "white", "silver", "blue")},
    **{
        place: ("location", place)
        for row in ("top", "mid", "bottom")
        for place in (f"{row}-left", "center" if row == "mid" else f"{row}-mid", f"{row}-right")
    },
    **dict.fromkeys(("anatomy", "anatomys", "anatomies", "structure", "structures"), ("type", "anatomy")),
    **dict.fromkeys(("instrument", "instruments"), ("type", "instrument")),
    **dict.fromkeys(("thing", "things", "object", "objects"), None),
}
DEEDS = {"operat": 0, "at work": 0, "doing": 1, "perform": 1, "done": 1, "carried out": 1, "action": 1, "target": 2}
FORMS = {"cut": "cut", "clipped": "clip"} | {f"{verb}ed": verb for verb in ("grasp", "retract", "dissect")}
FORMS |= {f"{verb}d": verb for verb in ("coagulate", "irrigate", "aspirate")}


@dataclass
class Read:
    """What the words of a question say: a description that is asked for, and relations to others."""

    asked: str
    target: dict[str, str] = field(default_factory=dict)
    relations: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def asked_by(text: str) -> str:
    if re.search(r"how many|number", text):
        return "count"
    if not re.search(r"\b(what|which|where)\b", text):
        return "exist"
    for word, asked in (("color", "color"), ("type", "type"), ("location", "location"), ("where", "location")):
        if re.search(rf"\b{word}\b", text):
            return asked
    return "component"


def read(question: str) -> Read:
    """Read groups of describing words; a relation is to the group after it, or to the first one before "it"."""
    text = re.sub(r"[?;,]", " ", question.lower())
    text = re.sub(r"(\w+) at the ([\w-]+) of the frame", r"\2 \1", text)
    for name, pattern in RELATIONS.items():
        text = re.sub(rf"\b(?:{pattern})(?= (?:the|it)\b)", f"@{name}", text)
    groups, relation, related = [], None, []
    inside = False
    for word in text.split():
        if word.startswith("@"):
            relation, inside = word[1:], False
        elif word == "it" and relation:
            related.append((relation, 0))
            relation = None
        elif word in WORDS:
            if not inside:
                groups.append({})
                if relation:
                    related.append((relation, len(groups) - 1))
                    relation = None
            if WORDS[word]:
                key, value = WORDS[word]
                assert groups[-1].setdefault(key, value) == value, question
            inside = True
        elif word != "anatomical":
            inside = False
    references = {index for _, index in related}
    (target,) = (index for index in range(len(groups)) if index not in references)
    return Read(asked_by(text), groups[target], [(name, groups[index]) for name, index in related])


def answer(question: str, graph: dict) -> str:
    """Answer a question about objects from the scene graph's JSON; what it refers to must be one object."""
    meant = read(question)
    objects, relationships = graph["scenes"][0]["objects"], graph["scenes"][0]["relationships"]

    def fitting(said: dict[str, str]) -> set[int]:
        return {i for i, thing in enumerate(objects) if all(thing[key] == value for key, value in said.items())}

    found = fitting(meant.target)
    for name, said in meant.relations:
        (reference,) = fitting(said)
        found &= set(relationships[name][reference])
    if meant.asked == "count":
        return str(len(found))
    if meant.asked == "exist":
        return str(bool(found))
    (value,) = {objects[index][meant.asked] for index in found}
    return value


def answer_deed(question: str, graph: dict) -> str:
    """Answer a question about a tool, its action or its target from the scene graph's triplets."""
    text = question.lower().strip(" ?")
    column = next(column for word, column in DEEDS.items() if word in text)
    named = {word for word in re.findall(r"\w+", text) if word in LABELS}
    done = {FORMS[word] for word in re.findall(r"\w+", text) if word in FORMS}
    triplets = [triplet.split(",") for triplet in graph["info"]["triplet"]]
    if column == 1:
        (name,) = named
        known = 2 if re.search(rf"\b(?:on|to) (?:the )?{name}\b", text) else 0
        rows = [row for row in triplets if row[known] == name]
    else:
        rows = [row for row in triplets if (row[2] in named if column == 0 else row[1] in done)]
    (value,) = {row[column] for row in rows}
    return value


def is_deed(question: str) -> bool:
    return re.search(r"\bdoing\b|\boperating\b|being", question) is not None


@pytest.fixture(scope="module")
def asked() -> list[tuple[dict, str, str]]:
    """Graph, question and answer of each line that asks for one thing, over as many frames as are needed."""
    found: list[tuple[dict, str, str]] = []
    frame = 0
    while len(found) * 7 < WORDINGS:
        scene = sample_scene(23, "VID02", frame)
        graph = graph_json(scene)
        lines = question_lines(
            scene.things, graph["scenes"][0]["relationships"], scene.triplets, random.Random(f"rules/{frame}")
        )
        fields = (line.split("|") for line in lines)
        found += [(graph, question, right) for question, right, *_ in fields if "are present" not in question]
        frame += 1
    return found


@pytest.mark.parametrize("labels", [LABELS, [*LABELS, "anatomy", "instrument", "red", "top-mid", "2"], []])
def test_wordings_have_the_answers_of_their_questions(asked: list, labels: list[str]) -> None:
    questions = [question for _, question, _ in asked]
    wordings = 0
    wrong = []
    for position, reply in RulesWriter(5, labels).write([Ask(question, 7) for question in questions]):
        graph, question, right = asked[position]
        assert len(reply.wordings) == 7, question
        answered = answer_deed if is_deed(question) else answer
        for wording in reply.wordings:
            wordings += 1
            if answered(wording.text, graph) != right:
                wrong.append((question, wording.text, right))
    assert wrong == []
    assert wordings >= WORDINGS


def test_a_flipped_side_would_be_seen(asked: list) -> None:
    graph, question, right = next(
        row for row in asked if re.fullmatch(r"How many \w+ are left of the [^-]+\?", row[1]) and row[2] != "0"
    )
    ((_, reply),) = RulesWriter(5, LABELS).write([Ask(question, 7)])
    flipped = [re.sub(r"\bleft(?=( side)? of)", "right", wording.text) for wording in reply.wordings]
    assert {answer(wording.text, graph) for wording in reply.wordings} == {right}
    assert right not in {answer(text, graph) for text in flipped}


def test_the_reader_of_this_test_answers_the_questions_themselves(asked: list) -> None:
    given = [(answer_deed if is_deed(question) else answer)(question, graph) for graph, question, _ in asked]
    assert given == [right for *_, right in asked]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "There is a red liver; how many white things are to the left of it?",
            Read("count", {"color": "white"}, [("left", {"color": "red", "component": "liver"})]),
        ),
        (
            "Above the gut and inside the center thing, are there any anatomies at the top-mid of the frame?",
            Read(
                "exist",
                {"type": "anatomy", "location": "top-mid"},
                [("above", {"component": "gut"}), ("within", {"location": "center"})],
            ),
        ),
        (
            "What color is the hook that is horizontally aligned with the anatomical structure?",
            Read("color", {"component": "hook"}, [("horizontal", {"type": "anatomy"})]),
        ),
    ],
)
def test_the_reader_of_this_test_reads_directions(question: str, expected: Read) -> None:
    assert read(question) == expected
