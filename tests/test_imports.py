"""Starting up stays light: nothing heavy is imported before it is needed."""

import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "faiss",
    "open_clip",
    "transformers",
    "sentence_transformers",
    "torchvision",
    "datasets",
    "trl",
    "ray",
}


@pytest.mark.parametrize("module", ["curriculum_kit", "curriculum_kit.cli", "trainer"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(shown.stdout.split())
    assert module.partition(".")[0] in loaded
    assert not loaded & HEAVY
