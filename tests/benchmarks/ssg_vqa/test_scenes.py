"""Scene graphs of SSG-VQA: boxes as fractions of the frame, and no half-read graph."""

import json
from typing import Any

import pyarrow as pa
import pytest

from curriculum_kit.benchmarks.ssg_vqa.scenes import scene_tables
from curriculum_kit.errors import SourceUnreadable
from curriculum_kit.schemas import schema_of


def graph(*objects: dict[str, Any], **other: Any) -> bytes:
    return json.dumps({"scenes": [{"objects": objects, "relationships": {"above": [[]]}} | other]}).encode()


def thing(component: Any, bbox: Any) -> dict[str, Any]:
    return {"component": component, "bbox": bbox, "type": "anatomy", "center": [1.5, 2], "location": "top-mid"}


LIVER = thing("liver", [43, 60, 215, 240])


def tables(*graphs: bytes | None) -> tuple[pa.Table, pa.Table]:
    names = [f"qa_txt/VID01/{number}.txt" for number in range(len(graphs))]
    ids = pa.array([f"b:{number}.png" for number in range(len(graphs))])
    images, scenes = scene_tables(ids, [f"{number}.png" for number in range(len(graphs))], list(graphs), names)
    assert images.schema == schema_of("images")
    assert scenes.schema == schema_of("scenes")
    return images, scenes


def regions(*graphs: bytes | None) -> list[list[tuple[str, list[float]]]]:
    """Return label and box (rounded to 4 places: the table holds float32) of each region of each image."""
    images, _ = tables(*graphs)
    return [
        [(r["label"], [round(r[side], 4) for side in ("x0", "y0", "x1", "y1")]) for r in of_image]
        for of_image in images["regions"].to_pylist()
    ]


def test_boxes_are_fractions_of_a_frame_of_430_by_240() -> None:
    assert regions(graph(LIVER, thing("specimenbag", [0, 0, 430, 239.5]))) == [
        [("liver", [0.1, 0.25, 0.5, 1.0]), ("specimen bag", [0.0, 0.0, 1.0, 0.9979])]
    ]


def test_a_box_that_leaves_the_frame_is_cut() -> None:
    assert regions(graph(thing("Cystic_Plate", [-5, -1, 500, 241]))) == [[("cystic plate", [0.0, 0.0, 1.0, 1.0])]]


def test_frames_without_a_graph_have_no_regions_and_no_scene() -> None:
    images, scenes = tables(None, graph(LIVER), None, graph(), graph(LIVER, LIVER))
    assert [len(found) for found in images["regions"].to_pylist()] == [0, 1, 0, 0, 2]
    assert images["image_id"].to_pylist() == [f"b:{number}.png" for number in range(5)]
    assert images["status"].to_pylist() == [None] * 5
    assert scenes["image_id"].to_pylist() == ["b:1.png", "b:3.png", "b:4.png"]


def test_no_graphs_at_all() -> None:
    images, scenes = tables(None, None)
    assert regions(graph()) == [[]]  # a graph without objects is one
    assert (images["regions"].to_pylist(), scenes.num_rows) == ([[], []], 0)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_pretty_printed_graph_says_the_same(newline: str) -> None:
    pretty = json.dumps(json.loads(graph(LIVER)), indent=2).replace("\n", newline).encode() + b"\n"
    assert regions(graph(LIVER), pretty, graph(LIVER)) == regions(*[graph(LIVER)] * 3)
    _, scenes = tables(pretty)
    assert json.loads(scenes["scene_graph"].to_pylist()[0]) == json.loads(graph(LIVER))


def test_text_that_is_not_ascii_is_kept() -> None:
    plate = json.dumps({"scenes": [{"objects": [thing("Körper\u2028", [0, 0, 1, 1])]}]}, ensure_ascii=False).encode()
    assert regions(plate)[0][0][0] == "körper"
    _, scenes = tables(plate)
    assert json.loads(scenes["scene_graph"].to_pylist()[0])["scenes"][0]["objects"][0]["component"] == "Körper\u2028"


def test_many_graphs_are_not_mixed_up() -> None:
    """Arrow parses JSON in blocks of 1 MB: graphs must not be lost or cut where a block ends."""
    padding = "x" * 5_000
    many = [graph(thing(f"label {number}", [0, 0, number % 430, 1]), padding=padding) for number in range(600)]
    found = regions(*many)
    assert [of_image[0][0] for of_image in found] == [f"label {number}" for number in range(600)]
    assert found[43][0][1] == [0.0, 0.0, 0.1, 0.0042]


def test_a_graph_larger_than_a_block_is_read() -> None:
    assert len(regions(graph(LIVER), graph(*[LIVER] * 30_000))[1]) == 30_000


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"scenes": []}',
        b'{"scenes": [{}]}',
        b'{"scenes": [{"objects": null}]}',
        graph(LIVER)[:-3],
        graph(thing("liver", [1, 2, 3])),
        graph(thing("liver", [1, 2, 3, 4, 5])),
        graph(thing("liver", None)),
        graph(thing("liver", [1, 2, 3, "x"])),
        graph(thing("liver", [1, 2, None, 4])),
        graph(thing(None, [1, 2, 3, 4])),
        graph(thing(7, [1, 2, 3, 4])),
        graph({"component": "liver"}),
        graph({"bbox": [1, 2, 3, 4]}),
        b'\xff{"scenes": []}',
        graph(LIVER) + graph(LIVER),
        graph(LIVER).replace(b"liver", b"li\xffver"),
    ],
)
def test_a_broken_graph_ends_the_run_and_is_named_by_its_frame(broken: bytes) -> None:
    with pytest.raises(SourceUnreadable, match=r"qa_txt/VID01/2\.txt .*fetch it again$"):
        tables(graph(LIVER), None, broken, graph(LIVER))
