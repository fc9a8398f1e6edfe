"""The command line: it parses, calls one function of the pipeline and prints what came back."""

import gc
import sys

from curriculum_kit.cli.app import app
from curriculum_kit.cli.app import main as run

__all__ = ["app", "main"]


def main() -> None:
    """Run `ckit`; as the process ends after it, leave what libraries made to the system, which is quick.

    Python would go through all of it once more, 0.1 s after pyarrow was loaded. DuckDB calls that a leak.
    """
    try:
        run()
    finally:
        if "duckdb" not in sys.modules:
            gc.freeze()
