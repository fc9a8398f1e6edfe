"""What questions share: units, images, equal files, equal looks, and images that are nearly the same.

Reads questions and images; gives links between questions and what they share, and the components that these make.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.near_images import near_hashes
from curriculum_kit.schemas import BLANK_HASHES

Links = list[tuple[np.ndarray, np.ndarray]]
"""Of each kind of thing: rows of questions, and the code of what each shares with the others of that code"""


def links_of(questions: pa.Table, images: pa.Table | None) -> Links:
    """Return how questions share units, images, files of equal bytes and equal perceptual hashes."""
    nothing = pc.equal(questions["unit_id"], pc.binary_join_element_wise(questions["benchmark"], "none", ":"))
    named = ~nothing.to_numpy(zero_copy_only=False)
    units = codes_of([questions["benchmark"], questions["unit_id"]])
    row, image, names = _shown(questions)
    found = [(np.flatnonzero(named), units[named]), (row, image)]
    if images is not None:
        at = pc.index_in(pa.array(names, pa.string()), images["image_id"].combine_chunks())
        for kind in ("sha256", "phash"):
            hashes = images[kind].combine_chunks().take(at)
            known = pc.and_(hashes.is_valid(), pc.invert(pc.is_in(hashes, pa.array(BLANK_HASHES))))
            use = pc.fill_null(known, False).to_numpy(zero_copy_only=False)[image]
            found.append((row[use], codes_in(hashes)[0][image[use]]))
    return found


def components(links: Links, rows: np.ndarray, questions: int) -> np.ndarray:
    """Return the component of each question of `rows`."""
    place = np.full(questions, -1)
    place[rows] = np.arange(len(rows))
    ends, size = [np.zeros((2, 0), np.int64)], len(rows)
    for row, code in links:
        there = place[row] >= 0
        ends.append(np.stack([place[row[there]], size + code[there]]))
        size += int(code.max(initial=-1)) + 1
    left, right = np.concatenate(ends, axis=1)
    return np.unique(_connected(left, right, size)[: len(rows)], return_inverse=True)[1]


def near_links(questions: pa.Table, images: pa.Table | None, alike: pa.Table | None = None) -> Links:
    """Return how questions share images that are nearly the same, directly or by way of others.

    By perceptual hash, and by the pairs of `alike` (image_a, image_b) where it is given.
    """
    row, image, names = _shown(questions)
    ids = pa.array(names, pa.string())
    pairs = [_near_by_hash(ids, images)] if images is not None else []
    if alike is not None:
        ends = [pc.index_in(alike[name].combine_chunks(), ids) for name in ("image_a", "image_b")]
        known = pc.and_(*(end.is_valid() for end in ends))
        pairs.append(np.stack([end.filter(known).to_numpy() for end in ends]))
    left, right = np.concatenate([np.zeros((2, 0), np.int64), *pairs], axis=1)
    return [(row, _connected(left, right, len(ids))[image])] if len(left) else []


def _near_by_hash(ids: pa.Array, images: pa.Table) -> np.ndarray:
    """Return pairs of images (2 x pairs) with hashes that differ a little, one image for each hash."""
    hashes = images["phash"].combine_chunks().take(pc.index_in(ids, images["image_id"].combine_chunks()))
    texts, first = np.unique(np.array(hashes.fill_null("").to_pylist(), dtype=str), return_index=True)
    pairs = near_hashes(texts.tolist())
    return np.stack([first[pairs.first], first[pairs.second]])


def _shown(questions: pa.Table) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return the question and the code of each image shown, and the image_ids by code."""
    shown = questions["image_ids"].combine_chunks()
    row = np.repeat(np.arange(len(shown)), pc.list_value_length(shown).to_numpy(zero_copy_only=False))
    return row, *codes_in(shown.flatten())


def _connected(left: np.ndarray, right: np.ndarray, size: int) -> np.ndarray:
    """Return the component of each of `size` things that pairs connect."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    component: np.ndarray = connected_components(graph, directed=False)[1]
    return component


def codes_in(column: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, list[str]]:
    """Return a code for each value and the values by code; what is null counts as empty."""
    encoded = pc.fill_null(column, "").dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def codes_of(columns: Sequence[pa.ChunkedArray]) -> np.ndarray:
    """Return one code per distinct row of the columns."""
    codes = codes_in(columns[0])[0]
    for column in columns[1:]:
        more, texts = codes_in(column)
        codes = np.unique(codes * max(1, len(texts)) + more, return_inverse=True)[1]
    return codes
