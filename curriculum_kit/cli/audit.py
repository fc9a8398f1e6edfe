"""`ckit audit`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curriculum_kit.cli.console import print_json, progress_bar
from curriculum_kit.cli.lists import named
from curriculum_kit.cli.similarity_options import CLIP, Cache, Device
from curriculum_kit.enums import Check, Fix, Severity
from curriculum_kit.errors import ConfigInvalid

if TYPE_CHECKING:
    from curriculum_kit.pipeline.alike import ByClip
    from curriculum_kit.pipeline.audit import Audit

_FAILING = (Severity.SERIOUS, Severity.WARNING)


def audit(
    folder: Annotated[Path, typer.Argument(help="Tables of ckit ingest, or a curriculum.", show_default=False)],
    where: Annotated[
        str | None, typer.Option("--where", help="DuckDB condition on the columns of questions: look at these alone.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", help=f"Checks to run, with commas between: {', '.join(Check)}.", show_default="all"),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the findings to this file as JSON; - for standard output.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", help="Exit with 1 where one of these checks, or all, ends in a warning or worse."),
    ] = None,
    fix: Annotated[
        str | None, typer.Option("--fix", help=f"Write a cleaned copy to -o: all, or some of {', '.join(Fix)}.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the cleaned copy.", show_default=False)
    ] = None,
    keep_splits: Annotated[bool, typer.Option("--keep-splits", help="Leave the splits as they are.")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides folds, and what --fix draws.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace a cleaned copy that was made otherwise.")] = False,
    clip_model: Annotated[
        str | None,
        typer.Option(
            "--clip-model",
            help="Look for leaks by what images look like to this CLIP too, named as in ckit build-curriculum.",
            rich_help_panel=CLIP,
        ),
    ] = None,
    image_root: Annotated[
        Path | None,
        typer.Option(
            "--image-root",
            help="Folder of the images.",
            show_default="the one given to ckit ingest",
            rich_help_panel=CLIP,
        ),
    ] = None,
    device: Device = None,
    cache: Cache = None,
) -> None:
    """Ask whether questions need their image, and whether splits leak.

    What is found, the rows that show it and how often each question is answered without its image go to DIR/audit/:
    ckit inspect DIR --sql "SELECT * FROM findings".

    With --fix, a cleaned copy of all questions is written, looked at again and compared; --fail-on is about the copy.

    Examples:

      ckit audit omnimedvqa --where "question_type = 'Anatomy Identification'"

      ckit audit med-r1 --only leaks --fail-on leaks

      ckit audit omnimedvqa --fix formats,prior -o cleaned

      ckit audit vqa-rad --only leaks --clip-model ViT-B-16:openai
    """
    checks = named(only, Check, "--only")
    failing = _failing(fail_on, only, checks)
    fixes = _fixes(fix, output, keep_splits)
    by_clip = _by_clip(clip_model, image_root, device, cache, checks, fixes)
    if json_file and json_file.is_dir():
        raise ConfigInvalid(f"--json {json_file} is a folder; name a file in it")
    from curriculum_kit.cli.audit_view import print_audit, print_fixed
    from curriculum_kit.pipeline.alike import find_alike
    from curriculum_kit.pipeline.audit import audit as look
    from curriculum_kit.pipeline.audit import check_place, save_audit
    from curriculum_kit.pipeline.fix import check_fix
    from curriculum_kit.pipeline.fix import fix as mend

    quiet = json_file == Path("-")
    # The checks take minutes where there are a million questions: what would fail afterwards fails before.
    check_place(folder)
    if fixes and output:
        check_fix(folder, output, fixes=fixes, seed=seed, force=force, clip_model=clip_model)
    with progress_bar(quiet) as progress:
        # Splits are drawn for all questions, whichever are looked at.
        asked = None if Fix.LEAKS in fixes else where
        alike = find_alike(folder, by_clip, where=asked, seed=seed, progress=progress) if by_clip else None
        found = look(folder, where=where, checks=checks, seed=seed, alike=alike, progress=progress)
        save_audit(found)
        result: dict[str, Any] = {"before" if fixes else "audit": _as_json(found)}
        if not quiet:
            print_audit(found)
        if fixes and output:
            options: dict[str, Any] = {"seed": seed, "alike": alike, "progress": progress}
            done = mend(folder, output, fixes=fixes, force=force, clip_model=clip_model, **options)
            cleaned = look(output, where=where, checks=checks, **options)
            save_audit(cleaned)
            if not quiet:
                print_fixed(done, found, cleaned)
            result |= {"fixes": asdict(done), "after": _as_json(cleaned)}
            found = cleaned
    if json_file:
        _write(json_file, result if fixes else result["audit"])
    if any(row["check"] in failing and row["severity"] in _FAILING for row in found.findings.to_pylist()):
        raise typer.Exit(1)


def _failing(text: str | None, only: str | None, checks: Collection[Check]) -> tuple[Check, ...]:
    """Return the checks to fail on; raise `ConfigInvalid` for one that is not made, since it would always pass."""
    if text is None:
        return ()
    failing = named(text, Check, "--fail-on")
    left_out = [check for check in failing if check not in checks]
    if left_out and text.strip() != "all":
        raise ConfigInvalid(f"--fail-on {left_out[0]} is not among --only {only}; add it there")
    return failing


def _fixes(text: str | None, output: Path | None, keep_splits: bool) -> tuple[Fix, ...]:
    """Return the fixes asked for; raise `ConfigInvalid` where the options do not go together."""
    if text is None:
        for given, name in ((output, "-o"), (keep_splits, "--keep-splits")):
            if given:
                raise ConfigInvalid(f"{name} goes with --fix; add --fix all, or leave it out")
        return ()
    if output is None:
        raise ConfigInvalid("--fix writes a cleaned copy and needs a folder for it; add -o DIR")
    fixes = named(text, Fix, "--fix")
    if keep_splits and text.strip() != "all" and Fix.LEAKS in fixes:
        raise ConfigInvalid("--keep-splits and --fix leaks contradict each other; leave one of them out")
    return tuple(fix for fix in fixes if not (keep_splits and fix is Fix.LEAKS))


def _by_clip(
    model: str | None,
    image_root: Path | None,
    device: str | None,
    cache: Path | None,
    checks: Collection[Check],
    fixes: Collection[Fix],
) -> ByClip | None:
    """Return what to look for leaks with; raise `ConfigInvalid` where the options do not go together."""
    if model is None:
        for given, name in ((image_root, "--image-root"), (device, "--device"), (cache, "--cache")):
            if given:
                raise ConfigInvalid(f"{name} goes with --clip-model; add it, or leave {name} out")
        return None
    if Check.LEAKS not in checks and Fix.LEAKS not in fixes:
        raise ConfigInvalid("--clip-model is there to look for leaks; add leaks to --only, or leave it out")
    from curriculum_kit.pipeline.alike import ByClip

    return ByClip(model, image_root, device or "auto", cache)


def _as_json(found: Audit) -> dict[str, Any]:
    return {
        "folder": str(found.folder),
        "where": found.where,
        "questions": found.questions,
        "findings": found.findings.to_pylist(),
    }


def _write(file: Path, value: Any) -> None:
    if file == Path("-"):
        print_json(value)
        return
    from curriculum_kit.storage import explain_os_error, write_json

    try:
        write_json(file, value)
    except OSError as error:
        raise explain_os_error(error, file) from error
