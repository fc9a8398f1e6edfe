"""Fixtures that several test modules share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real benchmark files, or skip and say where it was looked for."""
    folder = Path(os.environ.get("CKIT_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real benchmark files are absent: {folder} does not exist; set CKIT_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the curriculum that `make demo` builds, made by the command itself."""
    folder = tmp_path_factory.mktemp("quickstart")
    ckit = Path(sys.executable).with_name("ckit")
    subprocess.run([ckit, "build-curriculum", "--sample", "-o", "demo"], cwd=folder, check=True, capture_output=True)
    return folder / "demo"
