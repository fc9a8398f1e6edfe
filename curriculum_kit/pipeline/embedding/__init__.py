"""Embeddings of images: which are wanted, a cache that runs and curricula share, and the engines that fill it.

    wanted ─┬─ in the cache ───────────────────────────▶ vectors
            └─ not yet ──▶ engine (in-process, Ray) ──▶ parts of the cache

Importing this loads neither torch nor ray.
"""

from curriculum_kit.pipeline.embedding.cache import EmbeddingCache, cache_folder
from curriculum_kit.pipeline.embedding.engines import Encode, engine_for
from curriculum_kit.pipeline.embedding.run import Embedded, embed
from curriculum_kit.pipeline.embedding.wanted import keys_of, wanted_images

__all__ = [
    "Embedded",
    "EmbeddingCache",
    "Encode",
    "cache_folder",
    "embed",
    "engine_for",
    "keys_of",
    "wanted_images",
]
