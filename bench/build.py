"""Time and memory of `ckit build-curriculum`, encoder aside: 1 million questions, and how both grow to 4 million.

Questions with four choices out of 300 labels are written as `ckit ingest` would write them, label
vectors are given by --embeddings. Each build is a process of its own: with the choices that are there, and with
choices drawn for a wanted difficulty.

    python bench/build.py [--questions 1000000] [--times 4] [--choices keep,similar] [--folder DIR]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table
from timing import measure

from curriculum_kit.benchmarks.normalise import images_table
from curriculum_kit.schemas import SCHEMA_VERSION, schema_of
from curriculum_kit.storage import ParquetSink, sha256_of, write_json, write_table
from curriculum_kit.vocabulary import vocabulary

LABELS = [f"structure {i:03d}" for i in range(300)]
QUESTIONS_PER_IMAGE, IMAGES_PER_VIDEO = 20, 20
BATCH = 50_000


def write_questions(folder: Path, count: int) -> None:
    """Write `count` questions the way `ckit ingest` leaves them."""
    random = np.random.default_rng(0)
    with ParquetSink(folder / "questions.parquet", "questions") as sink:
        for start in range(0, count, BATCH):
            sink.write(_questions(np.arange(start, min(start + BATCH, count)), random))
    paths = [_path(i) for i in range(0, count, QUESTIONS_PER_IMAGE)]
    write_table(folder / "images.parquet", images_table((f"bench:{path}", path) for path in paths), "images")
    write_table(folder / "choices.parquet", vocabulary(dict.fromkeys(LABELS, 1), {}, []), "choices")
    card = {"name": "bench", "title": "generated", "licence": "none", "homepage": "none"}
    rows = {"in": count, "questions": count, "rejects": 0}
    head = {"kind": "questions", "schema_version": SCHEMA_VERSION, "request": {"image_root": None}}
    files = {path.name: {"sha256": sha256_of(path)} for path in folder.glob("*.parquet")}
    write_json(folder / "manifest.json", {**head, "benchmark": card, "source": {}, "rows": rows, "files": files})


def _path(question: int) -> str:
    image = question // QUESTIONS_PER_IMAGE
    return f"videos/V{image // IMAGES_PER_VIDEO:05d}/{image:06d}.png"


def _questions(numbers: np.ndarray, random: np.random.Generator) -> pa.Table:
    rows = len(numbers)
    # Four distinct labels: a start and three steps of 1 to 90 round the circle of 300.
    places = np.column_stack([random.integers(0, 300, rows), random.integers(1, 91, (rows, 3))]).cumsum(axis=1) % 300
    names = np.array(LABELS)
    answers = random.integers(0, 4, rows).astype(np.int32)
    columns = {
        "question_id": [f"bench-{n:016x}" for n in numbers],
        "benchmark": ["bench"] * rows,
        "split": ["train"] * rows,
        "unit_id": [_path(n).split("/")[1] for n in numbers],
        "image_ids": [[f"bench:{_path(n)}"] for n in numbers],
        "question": [f"Which structure lies beside the {LABELS[n % 300]} in frame {n}?" for n in numbers],
        "answer": names[places[np.arange(rows), answers]],
        "choices": names[places].tolist(),
        "answer_index": answers,
        "question_type": ["query_component"] * rows,
        "modality": ["laparoscopy"] * rows,
        "metadata": [[("template", "one_hop"), ("hops", str(n % 3))] for n in numbers],
        "choices_as_given": names[places].tolist(),
    }
    return pa.table(columns, schema=schema_of("questions"))


def main() -> None:
    """Print time and peak memory of both builds, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--choices", default="keep,similar", help="which choices to build with, by commas")
    parser.add_argument("--folder", type=Path, default=None, help="where to write; a temporary folder unless given")
    given = parser.parse_args()
    root = given.folder or Path(tempfile.mkdtemp(prefix="ckit-bench-"))
    ckit = str(Path(sys.executable).with_name("ckit"))
    vectors = np.random.default_rng(1).normal(size=(len(LABELS), 384)).astype(np.float32)
    root.mkdir(parents=True, exist_ok=True)
    np.savez(root / "vectors.npz", labels=np.array(LABELS), vectors=vectors)
    table = Table(
        "choices", "questions", "wall s", "CPU s", "peak MB", title="ckit build-curriculum, 3 tiers, encoder aside"
    )
    counts = (given.questions, given.questions * given.times)
    for count in counts:
        write_questions(root / f"questions-{count}", count)
    grown = []
    for choices in given.choices.split(","):
        used = []
        for count in counts:
            made = root / f"curriculum-{choices}-{count}"
            asked = [str(root / f"questions-{count}"), "-o", str(made), "--choices", choices]
            used.append(measure([ckit, "build-curriculum", *asked, "--embeddings", str(root / "vectors.npz")]))
            table.add_row(
                choices, f"{count:,}", f"{used[-1].wall:.1f}", f"{used[-1].cpu:.1f}", f"{used[-1].peak_mb:,.0f}"
            )
            shutil.rmtree(made)
        grown.append(
            f"{choices}: {given.times} times the questions take {used[1].wall / used[0].wall:.1f} times as long "
            f"and {used[1].peak_mb / used[0].peak_mb - 1:+.0%} memory"
        )
    console = Console()
    console.print(table)
    for line in grown:
        console.print(line)
    if given.folder is None:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
