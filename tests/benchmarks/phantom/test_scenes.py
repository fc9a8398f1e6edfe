import numpy as np
import pytest

from curriculum_kit.benchmarks.phantom.graph import graph_json, relationships
from curriculum_kit.benchmarks.phantom.scenes import Thing, location_of, sample_scene
from curriculum_kit.benchmarks.phantom.world import CIRCLE


@pytest.fixture(scope="module")
def scenes() -> list:
    return [sample_scene(3, "VID01", frame) for frame in range(120)]


def test_boxes_are_those_of_the_visible_pixels(scenes: list) -> None:
    for scene in scenes:
        boxes = set()
        for label in np.unique(scene.labels[scene.labels > 0]):
            rows, columns = np.nonzero(scene.labels == label)
            boxes.add((columns.min(), rows.min(), columns.max(), rows.max()))
        for thing in scene.things:
            x0, y0, x1, y1 = thing.box
            assert 0 <= x0 <= x1 < 430
            assert 0 <= y0 <= y1 < 240
            assert thing.box in boxes
            assert thing.center == ((x0 + x1) / 2, (y0 + y1) / 2)


def test_nothing_is_seen_beyond_the_field_of_view(scenes: list) -> None:
    x, y, radius = CIRCLE
    for scene in scenes[:20]:
        rows, columns = np.nonzero(scene.labels)
        assert np.hypot(columns - x, rows - y).max() <= radius


def test_what_is_hidden_is_left_out_of_the_graph(scenes: list) -> None:
    hidden = sum(len(scene.pieces) - len(scene.things) for scene in scenes)
    assert 0 < hidden < 0.2 * sum(len(scene.pieces) for scene in scenes)
    for scene in scenes:
        shown = {thing.component for thing in scene.things}
        assert all(tool in shown and target in shown for tool, _, target in scene.triplets)


def test_every_kind_of_thing_occurs(scenes: list) -> None:
    seen = {thing.component for scene in scenes for thing in scene.things}
    assert seen == {
        "abdominal_wall_cavity", "liver", "gut", "omentum", "gallbladder", "cystic_plate",
        "grasper", "hook", "bipolar", "scissors", "clipper", "irrigator", "specimen_bag",
    }  # fmt: skip
    assert {thing.color for scene in scenes for thing in scene.things} == {
        "red", "brown", "yellow", "white", "silver", "blue",
    }  # fmt: skip


def test_a_scene_depends_on_seed_video_and_frame() -> None:
    first = graph_json(sample_scene(1, "VID01", 5))
    assert graph_json(sample_scene(1, "VID01", 5)) == first
    for other in (sample_scene(2, "VID01", 5), sample_scene(1, "VID02", 5), sample_scene(1, "VID01", 6)):
        assert graph_json(other)["scenes"][0]["objects"] != first["scenes"][0]["objects"]


def test_cells_of_the_frame() -> None:
    rows = [[location_of((x, y)) for x in (0, 215, 429)] for y in (0, 120, 239)]
    assert rows == [
        ["top-left", "top-mid", "top-right"],
        ["mid-left", "center", "mid-right"],
        ["bottom-left", "bottom-mid", "bottom-right"],
    ]


def thing(name: str, box: tuple[int, int, int, int]) -> Thing:
    return Thing(name, "anatomy", "red", "center", box, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))


def test_relations_list_what_stands_so_to_each_object() -> None:
    things = [
        thing("liver", (0, 0, 199, 99)),
        thing("gallbladder", (80, 30, 119, 69)),  # in the middle of the liver
        thing("gut", (300, 0, 399, 99)),  # level with the liver, to its right
        thing("grasper", (300, 150, 399, 199)),  # straight below the gut
    ]
    assert relationships(things, [("grasper", "grasp", "gut")]) == {
        "above": [[], [], [], [0, 1, 2]],
        "below": [[3], [3], [3], []],
        "left": [[], [], [0, 1], [0, 1]],
        "right": [[2, 3], [2, 3], [], []],
        "horizontal": [[2], [2], [0, 1], []],
        "vertical": [[], [], [3], [2]],
        "within": [[1], [], [], []],
        "grasp": [[], [], [], [2]],
    }


def test_the_graph_has_the_form_of_the_release() -> None:
    graph = graph_json(sample_scene(1, "VID01", 5))
    (scene,) = graph["scenes"]
    assert scene["image_filename"] == "VID01_5"
    assert graph["info"]["image_filename"] == ["VID01_5"]
    assert set(scene["objects"][0]) == {"bbox", "component", "type", "center", "location", "color"}
    assert {len(rows) for rows in scene["relationships"].values()} == {len(scene["objects"])}
    assert all(len(triplet.split(",")) == 3 for triplet in graph["info"]["triplet"])
