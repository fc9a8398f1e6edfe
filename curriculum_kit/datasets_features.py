"""File metadata by which `datasets` knows the columns of a Parquet file, the one of images above all."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa


def datasets_metadata(schema: pa.Schema, decode_images: bool) -> dict[str, str]:
    """Return the metadata of a file with these columns, of which `images` holds structs of bytes and path.

    Images stored as paths alone are not to be decoded: the paths are relative to an image root that only the reader
    knows.
    """
    features = {field.name: _feature(field.type) for field in schema}
    features["images"] = {"feature": {"decode": decode_images, "_type": "Image"}, "_type": "List"}
    return {"huggingface": json.dumps({"info": {"features": features}}, sort_keys=True)}


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    names = {pa.float64(): "float64", pa.int32(): "int32", pa.string(): "string", pa.binary(): "binary"}
    return {"dtype": names[kind], "_type": "Value"}
