"""CLIP through open_clip: similarity of labels by what is written about them, and by what they look like.

Importing this loads neither torch nor open_clip.
"""

from curriculum_kit.encoders.clip.batches import vector_schema
from curriculum_kit.encoders.clip.files import CONFIG, OWN_KEY
from curriculum_kit.encoders.clip.model import ClipModel, ClipText, clip_fingerprint_of
from curriculum_kit.encoders.clip.names import RECOMMENDED
from curriculum_kit.encoders.clip.templates import (
    GENERIC,
    Modality,
    modality_of,
    read_templates,
    templates_for,
    text_fingerprint,
)
from curriculum_kit.encoders.clip.text_files import TEXT_TOWER

__all__ = [
    "CONFIG",
    "GENERIC",
    "OWN_KEY",
    "RECOMMENDED",
    "TEXT_TOWER",
    "ClipModel",
    "ClipText",
    "Modality",
    "clip_fingerprint_of",
    "modality_of",
    "read_templates",
    "templates_for",
    "text_fingerprint",
    "vector_schema",
]
