"""The images of an ingest: found below the folder that was named for them, looked at, and what to say of the search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.enums import ImageStatus
from curriculum_kit.image_layout import Search, find_layout
from curriculum_kit.images import look_at_images

_SHOWN = 3
"""Missing images that are named."""


def look(images: pa.Table, root: Path, on_progress: Callable[[int], None]) -> tuple[pa.Table, dict[str, Any]]:
    """Look at every image where it lies below `root`; return the table, with these paths, and what was found.

    That is `layout`, what is done to the paths of the benchmark where they are not as named, and `notes`: sentences on
    where the images lie, or were looked for.
    """
    named = images["path"]
    search = find_layout(named.to_pylist(), root)
    paths = pa.array(map(search.layout.path, named.to_pylist()), pa.string())
    at = images.schema.get_field_index("path")
    looked = look_at_images(images.set_column(at, images.schema.field(at), paths), root, on_progress=on_progress)
    layout = {key: value for key, value in asdict(search.layout).items() if value}
    is_missing = pc.equal(looked["status"], ImageStatus.MISSING.value)
    missing = paths.filter(is_missing.combine_chunks())
    notes = []
    if layout:
        one = pc.indices_nonzero(pc.and_(pc.invert(is_missing), pc.not_equal(named, paths)))[0].as_py()
        notes.append(f"What is named {named[one]} lies at {root / paths[one].as_py()}, and so do the others.")
    if len(missing):
        notes.append(_where_missing(search, missing, root))
    return looked, {"layout": layout, "notes": notes}


def _where_missing(search: Search, missing: pa.Array, root: Path) -> str:
    if search.rivals:
        return (
            f"None was taken: {' and '.join(search.rivals[:2])} below {root} differ and could be one image; "
            "name the right folder with --images."
        )
    if not search.is_found:
        beside = f" and in {search.folders:,} folders there" if search.folders else ""
        return f"None was found: looked for {', '.join(search.tried)} below {root}{beside}."
    first = ", ".join(missing.slice(0, _SHOWN).to_pylist())
    return f"Missing below {root}: {first}{', ...' if len(missing) > _SHOWN else ''}"
