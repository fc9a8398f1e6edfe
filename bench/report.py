"""Time, memory and size of `ckit report` on 1 million questions, and how long a browser takes to open the page.

The curriculum is built from the questions of `bench/build.py`; the images of the cards are noise, the worst that JPEG
can meet. A page opens in the time that Chromium takes to print its document, less that of an empty one.

    python bench/report.py [--questions 1000000] [--rounds 3] [--folder DIR]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from build import LABELS, write_questions
from PIL import Image
from rich.console import Console
from rich.table import Table
from timing import Spread, measure, paired

from curriculum_kit.pipeline.open import open_views
from curriculum_kit.report.cards import cards_of, draw

MOST_MB, MOST_SECONDS = 10, 2
"""What a page may take."""


def write_images(curriculum: Path, root: Path) -> None:
    """Write the images that the cards will show, 640 x 360 pixels of noise."""
    _, _, database = open_views(curriculum)
    _, images = cards_of(database, draw(database, seed=0))
    random = np.random.default_rng(0)
    for _, path in images:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (360, 640, 3), dtype=np.uint8)).save(file)


def opening(page: Path, rounds: int) -> Spread | None:
    """Return the seconds in which Chromium opens a page; None where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return None
    empty = page.with_name("empty.html")
    empty.write_text("<!doctype html><title>empty</title>")
    # It has much to say about a desktop that is not there.
    quiet = ["/bin/sh", "-c", 'exec "$0" "$@" 2>/dev/null']
    command = [*quiet, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    used = paired({"page": [*command, page.as_uri()], "empty": [*command, empty.as_uri()]}, rounds)
    return Spread.of([one.wall - other.wall for one, other in zip(used["page"], used["empty"], strict=True)])


def main() -> None:
    """Print time, memory, size and opening time; exit with 1 where the page takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where to write; a temporary folder unless given")
    given = parser.parse_args()
    root = (given.folder or Path(tempfile.mkdtemp(prefix="ckit-bench-"))).resolve()
    root.mkdir(parents=True, exist_ok=True)
    ckit = str(Path(sys.executable).with_name("ckit"))
    curriculum, page = root / "curriculum", root / "report.html"
    if not curriculum.is_dir():
        vectors = np.random.default_rng(1).normal(size=(len(LABELS), 384)).astype(np.float32)
        np.savez(root / "vectors.npz", labels=np.array(LABELS), vectors=vectors)
        write_questions(root / "questions", given.questions)
        built = [str(root / "questions"), "-o", str(curriculum), "--embeddings", str(root / "vectors.npz")]
        measure([ckit, "build-curriculum", *built])
        write_images(curriculum, root / "images")
    used = measure([ckit, "report", str(curriculum), "-o", str(page), "--image-root", str(root / "images")])
    opened = opening(page, given.rounds)
    size = page.stat().st_size / 1e6
    table = Table("questions", "wall s", "peak MB", "page MB", "opens in s", title="ckit report")
    seconds = "no Chromium" if opened is None else f"{opened.median:.2f} ({opened.low:.2f} to {opened.high:.2f})"
    table.add_row(f"{given.questions:,}", f"{used.wall:.1f}", f"{used.peak_mb:,.0f}", f"{size:.1f}", seconds)
    Console().print(table)
    if given.folder is None:
        shutil.rmtree(root)
    sys.exit(size > MOST_MB or (opened is not None and opened.median > MOST_SECONDS))


if __name__ == "__main__":
    main()
