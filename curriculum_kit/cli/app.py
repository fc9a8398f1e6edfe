"""The `ckit` command and what all its subcommands share: exit codes and one-line errors.

0 done, 1 the check that was asked for failed, 2 wrong use or bad input.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from curriculum_kit import __version__
from curriculum_kit.cli.audit import audit
from curriculum_kit.cli.build import build_curriculum
from curriculum_kit.cli.doctor import doctor
from curriculum_kit.cli.evaluate import evaluate
from curriculum_kit.cli.export import export
from curriculum_kit.cli.forecast import forecast
from curriculum_kit.cli.groups import groups
from curriculum_kit.cli.ingest import ingest
from curriculum_kit.cli.inspect import inspect
from curriculum_kit.cli.report import report
from curriculum_kit.cli.train import train
from curriculum_kit.cli.validate import validate
from curriculum_kit.errors import CkitError

app = typer.Typer(
    name="ckit",
    help="Curricula for reinforcement learning of medical vision-language models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ckit {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Curricula for reinforcement learning of medical vision-language models."""


app.command("ingest")(ingest)
app.command("audit")(audit)
app.command("build-curriculum")(build_curriculum)
app.command("groups")(groups)
app.command("inspect")(inspect)
app.command("validate")(validate)
app.command("forecast")(forecast)
app.command("report")(report)
app.command("train")(train)
app.command("evaluate")(evaluate)
app.command("export")(export)
app.command("doctor")(doctor)


def main() -> None:
    """Run `ckit`; a mistake of the user's is one line on stderr and exit code 2."""
    # Not from inside `except`, where the error still holds every frame and what these opened: DuckDB, taken down with
    # the interpreter, would have 50 lines to say about it.
    if mistake := _run():
        typer.echo(f"ckit: {mistake}", err=True)
        sys.exit(2)


def _run() -> str | None:
    """Run `ckit`; return the line that says what the user did wrong."""
    try:
        app()
    except CkitError as error:
        return str(error)
    except BrokenPipeError:
        # The reader of a pipe has gone (`ckit inspect ... | head`); stdout is closed quietly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        from curriculum_kit.storage import explain_os_error

        return str(explain_os_error(error))
    except Exception as error:
        message = _known_library_error(error)
        if message is None:
            raise
        return message
    return None


def _known_library_error(error: Exception) -> str | None:
    """Return one line for what libraries raise when the machine, not the code, is at fault."""
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException):
        return (
            "DuckDB ran out of the memory it may use, 800MB unless you set it; raise --memory of build-curriculum, "
            "or look at fewer questions with --where"
        )
    if isinstance(error, duckdb.IOException):
        from curriculum_kit.storage import explain_os_error

        return str(explain_os_error(OSError(str(error).splitlines()[0])))
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object!r} cannot be written as UTF-8; rename the file or folder that is called so"
    return None
