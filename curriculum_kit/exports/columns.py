"""Arrow types that targets share, and the file metadata by which `datasets` decodes images without being told."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
IMAGE_BYTES = pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
NAMES = pa.list_(pa.string())


def decoding_images(schema: pa.Schema) -> pa.Schema:
    """Return the schema with the metadata that makes `datasets` decode `images`, which must be of `IMAGE_BYTES`."""
    features = {field.name: _feature(field.type) for field in schema}
    features["images"] = {"feature": {"_type": "Image"}, "_type": "List"}
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}}, sort_keys=True)})


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    names = {pa.float64(): "float64", pa.int32(): "int32", pa.string(): "string", pa.binary(): "binary"}
    return {"dtype": names[kind], "_type": "Value"}
