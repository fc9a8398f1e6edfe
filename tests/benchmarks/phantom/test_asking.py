import json
import random
from collections import Counter

import pytest

from curriculum_kit.benchmarks.phantom.asking import question_lines
from curriculum_kit.benchmarks.phantom.graph import graph_json
from curriculum_kit.benchmarks.phantom.scenes import sample_scene
from curriculum_kit.benchmarks.scene_graph import Scene, also_right, answers
from curriculum_kit.benchmarks.scene_questions import parse
from curriculum_kit.labels import fold_label

FRAMES = 300


@pytest.fixture(scope="module")
def asked() -> list[tuple[Scene, list[list[str]]]]:
    """Every frame's scene, as read back from its JSON, with the fields of its lines."""
    found = []
    for frame in range(FRAMES):
        scene = sample_scene(11, "VID01", frame)
        graph = graph_json(scene)
        related = graph["scenes"][0]["relationships"]
        lines = question_lines(scene.things, related, scene.triplets, random.Random(frame))
        found.append((Scene.from_json(json.dumps(graph)), [line.split("|") for line in lines]))
    return found


def test_every_line_has_the_answer_that_its_scene_gives(asked: list) -> None:
    wrong = [
        (fields, answers(fields[0], scene))
        for scene, lines in asked
        for fields in lines
        if answers(fields[0], scene) != {fold_label(part) for part in fields[1].split(", ")}
    ]
    assert wrong == []


def test_references_are_unique_and_no_wording_repeats_in_a_frame(asked: list) -> None:
    for scene, lines in asked:
        questions = [fields[0] for fields in lines]
        assert len(set(questions)) == len(questions)
        for question in questions:
            for _, reference in parse(question).relations:
                count = 0
                for index in range(len(scene.values["component"])):
                    count += all(
                        getattr(reference, attribute) in (None, column[index])
                        for attribute, column in scene.values.items()
                    )
                assert count == 1


def test_the_answer_is_not_in_the_question_description(asked: list) -> None:
    for _, lines in asked:
        for question, _, *rest in lines:
            if len(rest) == 3 and rest[1].startswith("query_"):
                assert getattr(parse(question).filters, rest[1].removeprefix("query_")) is None


def test_lines_have_the_shape_of_the_release(asked: list) -> None:
    shapes = Counter(tuple(fields[2:]) if len(fields) == 5 else len(fields) for _, lines in asked for fields in lines)
    assert {key[0::2] for key in shapes if isinstance(key, tuple)} == {
        ("zero_hop.json", "NA"), ("one_hop.json", "relate_spatial"), ("single_and.json", "NA"),
    }  # fmt: skip
    kinds = {"count", "exist", "query_component", "query_color", "query_type", "query_location"}
    for template in ("zero_hop.json", "one_hop.json", "single_and.json"):
        assert {key[1] for key in shapes if isinstance(key, tuple) and key[0] == template} == kinds
    assert shapes[2] > 3 * FRAMES
    assert shapes[3] > FRAMES
    centers = [json.loads(fields[2]) for _, lines in asked for fields in lines if len(fields) == 3]
    assert all(0 <= x < 430 and 0 <= y < 240 for x, y in centers)


def test_a_frame_has_as_many_lines_as_in_the_release(asked: list) -> None:
    # About 960,000 lines on 25,000 frames. The spread of 6.3 makes the mean of 300 frames uncertain by 0.36 (1 %).
    assert sum(len(lines) for _, lines in asked) / FRAMES == pytest.approx(38.4, rel=0.02)


def test_no_answer_dominates(asked: list) -> None:
    given = {kind: Counter() for kind in ("count", "exist", "query_component")}
    for _, lines in asked:
        for fields in lines:
            if len(fields) == 5 and fields[3] in given:
                given[fields[3]][fields[1]] += 1
    for counter in given.values():
        assert max(counter.values()) < 0.6 * counter.total()
    assert set(given["exist"]) == {"True", "False"}
    assert {int(count) for count in given["count"]} <= set(range(11))


def test_nothing_else_in_the_scene_is_right_for_direct_questions(asked: list) -> None:
    for scene, lines in asked:
        for question, answer, *rest in lines:
            if len(rest) == 1 or rest[:1] == ["zero_hop.json"]:
                assert also_right(question, fold_label(answer), scene) == set()
