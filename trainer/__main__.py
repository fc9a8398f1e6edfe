"""`python -m trainer`: what `ckit train` does, in a form that launchers take.

accelerate launch --num_processes 4 -m trainer CURRICULUM --config train.yaml
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from curriculum_kit.enums import Arm
from curriculum_kit.errors import CkitError
from curriculum_kit.storage import explain_os_error
from trainer.command import Asked, is_first_process, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0 done, 2 wrong use or bad input."""
    parser = argparse.ArgumentParser(prog="python -m trainer", description="Train on a curriculum with TRL's GRPO.")
    parser.add_argument("curriculum", type=Path, help="curriculum of ckit build-curriculum")
    parser.add_argument("--config", type=Path, help="YAML file; all defaults without one")
    parser.add_argument("--arm", type=Arm, choices=list(Arm), default=Arm.GRPO, help="sft: the baseline")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and stop")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--skip-missing", action="store_true", help="leave out groups whose image is missing")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    given = parser.parse_args(arguments)
    try:
        asked = Asked(given.curriculum, given.config, given.dry_run, given.resume, given.skip_missing, given.arm)
        result, lines = run(asked)
    except (CkitError, OSError) as error:
        mistake = error if isinstance(error, CkitError) else explain_os_error(error)
        if is_first_process():
            print(f"trainer: {mistake}", file=sys.stderr)
        return 2
    _leave_the_others()
    if is_first_process():
        print(json.dumps(result, indent=2, ensure_ascii=False) if given.json else "\n".join(lines))
    return 0


def _leave_the_others() -> None:
    """End the talk between processes, where there was any; torch complains of those that just go."""
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    sys.exit(main())
