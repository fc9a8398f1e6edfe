"""The options on text encoders, CLIP and the similarity of labels, each a type that carries its name and its help."""

from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.enums import Engine

SIMILARITY = "Similarity"
CLIP = "CLIP"

TextModel = Annotated[
    str | None,
    typer.Option(
        "--text-model",
        help="sentence-transformers name or folder.",
        show_default="the embedded MiniLM",
        rich_help_panel=SIMILARITY,
    ),
]
Embeddings = Annotated[
    Path | None,
    typer.Option(
        "--embeddings",
        help="Precomputed label vectors: .npz (labels, vectors) or .parquet (label, vector).",
        rich_help_panel=SIMILARITY,
    ),
]
FullMatrixUpTo = Annotated[
    int | None,
    typer.Option(
        "--full-matrix-up-to",
        help="Labels up to which every pair is kept.",
        show_default="2000",
        rich_help_panel=SIMILARITY,
    ),
]
Neighbours = Annotated[
    int | None,
    typer.Option(
        "--neighbours",
        help="Nearest neighbours kept per label beyond that.",
        show_default="50",
        rich_help_panel=SIMILARITY,
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        help="Weight of each channel in S(q), such as text=1,clip_image=2.",
        show_default="1 each",
        rich_help_panel=SIMILARITY,
    ),
]
ClipModel = Annotated[
    str | None,
    typer.Option(
        "--clip-model",
        help="CLIP beside the text model: an open_clip name with tag (ViT-B-32:laion2b_s34b_b79k), "
        "hf-hub:ORGANISATION/NAME, a folder, ARCHITECTURE:CHECKPOINT, or phantom, for the phantom alone.",
        rich_help_panel=CLIP,
    ),
]
ClipTemplates = Annotated[
    str | None,
    typer.Option(
        "--clip-templates",
        help="Sentences for its text tower: a modality, or a file with {label} in every line.",
        show_default="by modality",
        rich_help_panel=CLIP,
    ),
]
MinImages = Annotated[
    int | None,
    typer.Option(
        "--min-images",
        help="Images that a label needs for a place in the image channel.",
        show_default="10",
        rich_help_panel=CLIP,
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device", help="Where CLIP runs: auto, cpu, cuda, cuda:1, mps.", show_default="auto", rich_help_panel=CLIP
    ),
]
EngineName = Annotated[
    Engine | None,
    typer.Option(
        "--engine", help="What embeds images: this process, or Ray Data.", show_default="local", rich_help_panel=CLIP
    ),
]
RayAddress = Annotated[
    str | None, typer.Option("--ray-address", help="Ray cluster.", show_default="one of its own", rich_help_panel=CLIP)
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        help="Folder of image embeddings that curricula share.",
        show_default="the user's cache",
        rich_help_panel=CLIP,
    ),
]
