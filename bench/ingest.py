"""How long `ckit ingest` takes for a release of SSG-VQA's size, beside a loop that only splits its lines.

    python bench/ingest.py                      25,000 frames, about 960,000 lines, in a temporary folder
    python bench/ingest.py --folder phantom     the same, kept and used again next time

Reads and writes nothing else. Both are whole processes that take turns in one run: the loop makes a tuple of
each line and forgets it; ingest writes every table. A second line is ingest without the scene graphs, which
the loop does not read either.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table
from timing import Spread, Usage, paired, ratio

from curriculum_kit.pipeline.sample import generate

SPLIT_LINES = """
import sys
from pathlib import Path
rows = []
for path in sorted(Path(sys.argv[1]).glob("qa_txt/*/*.txt")):
    with open(path) as file:
        for line in file:
            rows.append(tuple(line.rstrip("\\n").split("|")))
"""
LOOP, INGEST, WITHOUT_GRAPHS = "plain loop", "ckit ingest", "ckit ingest, no scene graphs"


def _phantom(folder: Path, scenes: int) -> Path:
    """Return a release of so many scenes below `folder`, written there unless it is there already."""
    source = folder / f"phantom-{scenes}"
    if not source.is_dir():
        generate(source, scenes, seed=0, frames=False, progress=lambda *_: None)
    return source


def _without_graphs(source: Path, folder: Path) -> Path:
    """Return a folder with the question files of `source` alone, by way of a link."""
    bare = folder / f"{source.name}-questions"
    bare.mkdir(exist_ok=True)
    if not (bare / "qa_txt").exists():
        (bare / "qa_txt").symlink_to(source.resolve() / "qa_txt")
    return bare


def _compare(source: Path, folder: Path, rounds: int) -> dict[str, list[Usage]]:
    """Run loop and ingests in turn, each ingest into a folder of its own that is new every time."""
    outputs = {name: folder / f"tables-{number}" for number, name in enumerate((INGEST, WITHOUT_GRAPHS))}
    sources = {INGEST: source, WITHOUT_GRAPHS: _without_graphs(source, folder)}
    ckit = [sys.executable, "-c", "from curriculum_kit.cli import main; main()", "ingest", "ssg-vqa"]
    commands = {LOOP: [sys.executable, "-c", SPLIT_LINES, str(source)]}
    commands |= {name: [*ckit, str(sources[name]), "-o", str(outputs[name])] for name in sources}

    def remove_output(name: str) -> None:
        if name in outputs:
            shutil.rmtree(outputs[name], ignore_errors=True)

    try:
        return paired(commands, rounds, remove_output)
    finally:
        for name in outputs:
            remove_output(name)


def _print(found: dict[str, list[Usage]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("median of each", "wall s", "CPU s", "peak MB", "wall ratio (min, max)"):
        table.add_column(heading, justify="right" if table.columns else "left", no_wrap=True)
    for name, usages in found.items():
        wall, cpu, peak = (Spread.of([getattr(u, f) for u in usages]).median for f in ("wall", "cpu", "peak_mb"))
        times = ratio(usages, found[LOOP])
        shown = "" if name == LOOP else f"{times.median:.2f} ({times.low:.2f}, {times.high:.2f})"
        table.add_row(name, f"{wall:.2f}", f"{cpu:.2f}", f"{peak:.0f}", shown)
    Console().print(table)


def main() -> None:
    """Make the release, run the comparison and print medians and ratios."""
    parser = argparse.ArgumentParser(description="Time ckit ingest beside a loop that only splits the same lines.")
    parser.add_argument("--scenes", type=int, default=25_000, help="frames of the release (default 25,000)")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each, after one that is not (default 5)")
    parser.add_argument("--folder", type=Path, help="keep the release here and use it again (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ckit-bench-") as temporary:
        source = _phantom(options.folder or Path(temporary), options.scenes)
        _print(_compare(source, Path(temporary), options.rounds))


if __name__ == "__main__":
    main()
