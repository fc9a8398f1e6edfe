"""Arrow types that targets share; those of a shard's columns, which `datasets` and trainers read as they are."""

from __future__ import annotations

import pyarrow as pa

from curriculum_kit.datasets_features import datasets_metadata
from curriculum_kit.schemas import schema_of

MESSAGES = schema_of("shard").field("prompt").type
IMAGE_BYTES = schema_of("shard").field("images").type


def decoding_images(schema: pa.Schema) -> pa.Schema:
    """Return the schema with the metadata that makes `datasets` decode `images`, which must be of `IMAGE_BYTES`."""
    return schema.with_metadata(datasets_metadata(schema, decode_images=True))
