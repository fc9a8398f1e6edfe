"""Checkpoints that are whole, and are loaded as they were saved: shared by all that trains here.

Heavy libraries load with this module: import it where training begins.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR, rotate_checkpoints

from curriculum_kit.errors import SourceUnreadable
from trainer.checkpoints import mark_complete


class WholeCheckpoints:
    """Stands before a trainer of transformers among the bases of a class."""

    accelerator: Any
    args: Any
    model: Any
    state: Any

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        # transformers saves the weights of a Qwen2.5-VL under other names than it loads them by here, and loads what
        # fits: a full fine-tune would go on from its initial weights, with a warning. Adapters are loaded right.
        above: Any = super()
        settings: Any = self
        is_whole = not (settings.is_deepspeed_enabled or settings.is_fsdp_enabled or hasattr(self.model, "peft_config"))
        if not is_whole:
            above._load_from_checkpoint(resume_from_checkpoint, model)
            return
        into = self.model if model is None else model
        try:
            saved = type(into).from_pretrained(resume_from_checkpoint, dtype=into.dtype)
            into.load_state_dict(saved.state_dict(), strict=True)
        except (OSError, RuntimeError, SafetensorError) as error:
            reason = str(error).split("\n")[0]
            raise SourceUnreadable(
                f"the weights in {resume_from_checkpoint} do not fit the model ({reason}); remove the checkpoint and "
                "resume from the one before"
            ) from error

    def _add_to(self, checkpoint: Path) -> None:
        """Write what else belongs into a checkpoint before it counts; nothing, unless a trainer says so."""

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        # Earlier checkpoints go only when this one is whole.
        above: Any = super()
        limit, self.args.save_total_limit = self.args.save_total_limit, None
        try:
            above._save_checkpoint(model, trial)
        finally:
            self.args.save_total_limit = limit
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            folder = Path(above._get_output_dir(trial=trial))
            checkpoint = folder / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
            self._add_to(checkpoint)
            mark_complete(checkpoint, self.state.global_step)
            rotate_checkpoints(
                output_dir=os.fspath(folder),
                save_total_limit=limit,
                best_model_checkpoint=self.state.best_model_checkpoint,
                use_mtime=False,
            )
