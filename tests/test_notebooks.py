"""The notebooks run from top to bottom on the curriculum of `make demo`, and hold no outputs in git."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_kept(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")


@pytest.mark.model
def test_tiers_notebook_runs_and_finds_what_is_there(demo, monkeypatch):
    monkeypatch.chdir(demo.parent)
    names = run(next(path for path in NOTEBOOKS if path.stem == "01_inspect_tiers"))
    assert names["tiers"]["tier"].to_list() == [0, 1, 2]
    assert names["tiers"]["mean"].is_sorted()
    assert names["steps"]["difficulty"].is_sorted()
    assert names["rows"].height == names["tiers"]["questions"].sum()
    assert names["shares"]["share"].max() <= 1
    assert names["alike"]["text"].is_sorted(descending=True)


@pytest.mark.model
def test_channels_notebook_runs_and_tells_channels_apart(demo, monkeypatch):
    monkeypatch.chdir(demo.parent)
    names = run(next(path for path in NOTEBOOKS if path.stem == "02_compare_channels"))
    assert names["known"].height == 15  # the pairs of the six structures that CLIP knows
    agreement = {row["channel"]: row for row in names["agreement"].to_dicts()}
    assert agreement["clip_text"]["clip_image"] > 0.8
    assert agreement["text"]["clip_image"] < 0.5
    assert names["apart"]["difference"].is_sorted()
    assert names["moved"]["by"].is_sorted(descending=True)
    spread = names["images"]["hardest_image"] - names["images"]["easiest_image"]
    assert spread.max() > 0.1


def run(notebook):
    """Execute the code cells in order and return the names they leave behind."""
    names = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), notebook.name, "exec"), names)
    return names
