"""The scene graphs of SSG-VQA: labelled boxes for `images.parquet`, the graph itself for `scenes.parquet`.

Reads `scene_graph/VIDxx_<frame>.json`. A frame without a scene graph has no regions and no scene; one
that is no JSON ends the run, because half a graph would silently change which answers are right.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from curriculum_kit.errors import SourceUnreadable
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import schema_of

FRAME_WIDTH, FRAME_HEIGHT = 430, 240
"""Boxes are given in a frame of this size, whatever the size of the image."""

_OBJECT = pa.struct([("bbox", pa.list_(pa.float64())), ("component", pa.string())])
_GRAPH = pa.schema([("scenes", pa.list_(pa.struct([("objects", pa.list_(_OBJECT))])))])
_BLOCK = 1 << 20
"""Bytes that Arrow parses at once."""


def scene_tables(
    image_ids: pa.Array, paths: list[str], graphs: Sequence[bytes | None], names: Sequence[str]
) -> tuple[pa.Table, pa.Table]:
    """Return images (one row per frame, with regions) and scenes (one row per frame that has a graph).

    `graphs` holds the bytes of each frame's scene graph, None where there is none; `names` are the
    question files, to name the frame by where its graph is broken.
    """
    present = [position for position, graph in enumerate(graphs) if graph is not None]
    texts = _one_line_each([graph for graph in graphs if graph is not None])
    regions = _regions(texts, [names[i] for i in present])
    counts = np.zeros(len(graphs), np.int32)
    counts[present] = pc.list_value_length(regions).to_numpy()
    regions = pa.ListArray.from_arrays(_offsets(counts), regions.flatten(), type=regions.type)
    nothing = pa.nulls(len(graphs), pa.int32())
    nobody = pa.nulls(len(graphs), pa.string())
    columns = [image_ids, pa.array(paths), nothing, nothing, nobody, nobody, nobody, regions]
    images = pa.Table.from_arrays(columns, schema=schema_of("images"))
    ends = _offsets(np.array([len(text) for text in texts], np.int32)).buffers()[1]
    shown = pa.StringArray.from_buffers(len(texts), ends, pa.py_buffer(b"".join(texts)))
    return images, pa.Table.from_arrays(
        [image_ids.take(pa.array(present, pa.int32())), shown], schema=schema_of("scenes")
    )


def _one_line_each(graphs: list[bytes]) -> list[bytes]:
    """Return the graphs without line breaks, which cannot stand inside a JSON string; the release has none."""
    if not any(b"\n" in graph or b"\r" in graph for graph in graphs):
        return graphs
    return [graph.replace(b"\r", b" ").replace(b"\n", b" ") for graph in graphs]


def _regions(texts: list[bytes], names: list[str]) -> pa.ListArray:
    """Return the labelled boxes of each graph as fractions of the frame."""
    kind = schema_of("images").field("regions").type
    if not texts:
        return pa.nulls(0, kind)
    # A graph must fit into one block.
    read = pyarrow.json.ReadOptions(block_size=max(_BLOCK, 2 * max(map(len, texts))))
    parse = pyarrow.json.ParseOptions(explicit_schema=_GRAPH, unexpected_field_behavior="ignore")
    together = b"\n".join(texts)
    try:
        if not together.isascii():
            together.decode()  # Arrow does not look
        table = pyarrow.json.read_json(pa.BufferReader(together), read, parse)
        objects = pc.struct_field(pc.list_element(table["scenes"].combine_chunks(), 0), "objects")
        if objects.null_count or len(objects) != len(texts):
            raise ValueError("a graph without objects")
        flat = objects.flatten()
        boxes = pc.struct_field(flat, "bbox")
        sides = np.stack([pc.list_element(boxes, i).to_numpy(zero_copy_only=False) for i in range(4)])
        component = pc.struct_field(flat, "component")
        of_four = pc.list_value_length(boxes).to_numpy(zero_copy_only=False) == 4
        if component.null_count or np.isnan(sides).any() or not of_four.all():
            raise ValueError("an object without name or box")
    except (pa.ArrowInvalid, ValueError, IndexError) as error:
        raise _culprit(texts, names) from error
    sides = np.clip(sides / np.array([[FRAME_WIDTH], [FRAME_HEIGHT]] * 2), 0, 1).astype(np.float32)
    spelled = component.dictionary_encode()
    folded = pa.array([fold_label(name) for name in spelled.dictionary.to_pylist()], pa.string())
    region = pa.StructArray.from_arrays(
        [folded.take(spelled.indices), *map(pa.array, sides)], fields=list(kind.value_type)
    )
    return pa.ListArray.from_arrays(_offsets(pc.list_value_length(objects).to_numpy()), region, type=kind)


def _offsets(lengths: np.ndarray) -> pa.Array:
    return pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))


def _culprit(texts: list[bytes], names: list[str]) -> SourceUnreadable:
    """Find the first graph that is at fault and say what is wrong with it."""
    for text, name in zip(texts, names, strict=True):
        try:
            objects = json.loads(text)["scenes"][0]["objects"]
            sound = all(
                len([float(side) for side in o["bbox"]]) == 4 and isinstance(o["component"], str) for o in objects
            )
        except (ValueError, TypeError, KeyError, IndexError):
            return SourceUnreadable(f"the scene graph of {name} is broken JSON or has other keys; fetch it again")
        if not sound:
            return SourceUnreadable(f"the scene graph of {name} has an object without name or box; fetch it again")
    return SourceUnreadable(f"the scene graphs from {names[0]} on have another form; fetch them again")
