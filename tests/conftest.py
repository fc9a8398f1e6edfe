"""Fixtures that several test modules share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real benchmark files, or skip and say where it was looked for."""
    folder = Path(os.environ.get("CKIT_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real benchmark files are absent: {folder} does not exist; set CKIT_REAL_DATA")
    return folder
