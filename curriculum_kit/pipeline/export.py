"""`ckit export`: a curriculum in the schema of another trainer.

Reads the shards of a curriculum in order; writes a file of rows for each split (for each tier too where the trainer
shuffles), the images, what else the trainer needs, `README.md` with the settings that keep the order, `CURRICULUM.md`,
the data card, and `export.json`. Rows are streamed: memory does not grow with their number. Rejects nothing: a row
that the trainer cannot take ends the export, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curriculum_kit import __version__
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.exports import target_of
from curriculum_kit.exports.base import CARRIED, ImageMode, Made, Target
from curriculum_kit.exports.guide import readme
from curriculum_kit.pipeline.export_images import Pictures, look_for_images
from curriculum_kit.pipeline.export_output import LAST, is_local, new_folder
from curriculum_kit.pipeline.export_push import check_push, push
from curriculum_kit.pipeline.export_writer import ExportWriter
from curriculum_kit.pipeline.open import open_views
from curriculum_kit.storage import MANIFEST, explain_os_error, iter_table, rows_in, sha256_of, write_json, write_text

_BATCH, _BATCH_OF_IMAGES = 5_000, 256
"""Rows at a time; fewer where the bytes of their images are in memory."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class ExportPlan:
    """What is asked for. `images` None is what suits the target; `push` is a repository of the Hugging Face hub."""

    to: str
    images: ImageMode | None = None
    image_root: Path | None = None
    push: str | None = None
    public: bool = False


def export_curriculum(
    curriculum: Path, output: str, plan: ExportPlan, progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """Write an export to `output`, a new folder or a URL of fsspec; return what `export.json` says, and the address.

    Raises a `CkitError` in one line for a folder that is no curriculum, an unknown target, an output that is not empty,
    images that are missing, a row that the target cannot take, and a hub without token.
    """
    target = target_of(plan.to)
    mode = _mode(target, plan, output)
    kind, manifest, _ = open_views(curriculum)
    if kind != "curriculum":
        raise ConfigInvalid(f"{curriculum} holds ingested questions, no curriculum; name one of ckit build-curriculum")
    if plan.push:
        check_push(plan.push)
    shards = sorted((curriculum / "shards").rglob("*.parquet"))
    total = sum(map(rows_in, shards))
    known = manifest["config"].get("image_root")
    root = plan.image_root or (Path(known) if known else None)
    embedded = manifest["config"]["images"] == "embed"
    try:
        with new_folder(output) as place:
            look_for_images(shards, root, mode, embedded, lambda done: progress("images", done, total))
            named_below = None if target.card.finds_images else place.final
            pictures = Pictures(mode, root, place.folder, named_below)
            size = _BATCH_OF_IMAGES if embedded or mode is ImageMode.EMBED else _BATCH
            writer = ExportWriter(target, pictures, tier_digits=len(shards[-1].parent.name.removeprefix("tier=")))
            for rows in _batches(shards, size):
                writer.write(rows)
                progress("rows", writer.rows, total)
            done = _finish(place.folder, curriculum, target, writer.close())
    except OSError as error:
        raise explain_os_error(error) from error
    if plan.push:
        done["pushed"] = push(Path(output.removeprefix("file://")), plan.push, plan.public)
    return done


def _mode(target: Target, plan: ExportPlan, output: str) -> ImageMode:
    """Return what becomes of the images; raise `ConfigInvalid` for what does not go together."""
    mode = plan.images or target.card.images
    if mode not in target.card.modes:
        raise ConfigInvalid(
            f"--images {mode}: {target.card.title} reads no such images; take one of "
            f"{', '.join(sorted(target.card.modes))}"
        )
    if plan.push and mode is not ImageMode.EMBED and (not target.card.finds_images or mode is ImageMode.PATHS):
        raise ConfigInvalid(
            f"--push with --images {mode}: rows would name files of this machine; take --images "
            f"{'copy' if target.card.finds_images else 'embed'}"
        )
    if is_local(output):
        return mode
    if plan.push:
        raise ConfigInvalid(f"--push needs the export on this machine; name a folder with -o instead of {output}")
    if mode is ImageMode.LINK:
        raise ConfigInvalid(f"--images link: {output} is not on this machine; take copy, embed or paths")
    if mode is ImageMode.COPY and not target.card.finds_images:
        raise ConfigInvalid(
            f"--images copy: {target.card.title} wants absolute paths, which {output} has not; take --images embed"
        )
    return mode


def _batches(shards: Sequence[Path], size: int) -> Iterator[list[dict[str, Any]]]:
    for file in shards:
        for batch in iter_table(file, "shard", size, columns=[*CARRIED, "prompt", "images", "solution"]):
            yield batch.to_pylist()


def _finish(folder: Path, curriculum: Path, target: Target, made: Made) -> dict[str, Any]:
    """Write what stands beside the rows; `export.json`, which comes last, is returned."""
    beside = {
        "README.md": readme(target, made, curriculum.resolve().name, __version__),
        "CURRICULUM.md": _card(curriculum),
        **target.beside(made),
    }
    for name, text in beside.items():
        write_text(folder / name, text)
    rows = {name: count for files in made.files.values() for name, count in files.items()}
    done = {
        "kind": "export",
        "ckit": __version__,
        "to": target.card.name,
        "checked": target.card.checked,
        "curriculum": {"name": curriculum.resolve().name, "manifest_sha256": sha256_of(curriculum / MANIFEST)},
        "rows": made.rows,
        "groups": made.groups,
        "tiers": made.tiers,
        "images": made.mode.value,
        "splits": {split: list(files) for split, files in made.files.items()},
        "files": {
            name: {"sha256": sha256_of(folder / name)} | ({"rows": rows[name]} if name in rows else {})
            for name in sorted([*rows, *beside])
        },
    }
    write_json(folder / LAST, done)
    return done


def _card(curriculum: Path) -> str:
    """Return the data card of the curriculum without its head, which tells the hub of files that are not here."""
    card = curriculum / "README.md"
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    return text.split("\n---\n", 1)[-1] if text.startswith("---\n") else text
