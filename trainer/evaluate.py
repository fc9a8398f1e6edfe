"""`ckit evaluate`: how often a model is right on the questions of a split, with their images and without.

Reads a curriculum and a model; writes a folder with `results.parquet` (a row per question, sample and condition),
`pass_rates.parquet` and a manifest with the figures. Answers are kept batch by batch, so that a run that was killed
goes on; a finished one is read again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curriculum_kit import __version__
from curriculum_kit.enums import Split
from curriculum_kit.errors import ConfigInvalid, OutputOccupied
from curriculum_kit.storage import MANIFEST, OutputFolder, explain_os_error, hash_of, read_json, write_json
from trainer.answerer import Answerer, VisionModel
from trainer.asking import Progress, answer, batches_of, result_rows
from trainer.figures import Part, figures
from trainer.images import MAX_PIXELS, Images
from trainer.model_files import model_state
from trainer.questions import Questions, select_questions
from trainer.results import Condition, read_results, write_pass_rates, write_results

RESULTS, PASS_RATES = "results.parquet", "pass_rates.parquet"
_ANSWERS, _SETTINGS = "answers.jsonl", "settings.json"


@dataclass(frozen=True)
class Evaluation:
    """What is asked of which model. Raises `ConfigInvalid` for numbers that cannot be."""

    model: str
    """A folder, a name on the hub, or the folder of a LoRA adapter."""
    curriculum: Path
    split: Split = Split.TEST
    tiers: tuple[int, ...] | None = None
    limit: int | None = None
    """Questions at most, spread evenly over the curriculum from easy to hard."""
    wordings: bool = False
    """Every wording of a question rather than the original alone."""
    samples: int = 1
    temperature: float | None = None
    """None is 0 (the likeliest token each time) for one sample, and 1 for several."""
    conditions: tuple[Condition, ...] = (Condition.IMAGE, Condition.BLANK)
    max_tokens: int = 512
    max_pixels: int = MAX_PIXELS
    batch_size: int = 8
    image_root: Path | None = None
    device: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        for name in ("limit", "samples", "max_tokens", "max_pixels", "batch_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigInvalid(f"--{name.replace('_', '-')} {value} must be 1 or more")
        if Condition.IMAGE not in self.conditions:
            raise ConfigInvalid("questions are always asked with their image; add Condition.IMAGE to conditions")
        if self.samples > 1 and self.heat == 0:
            raise ConfigInvalid(f"{self.samples} samples at temperature 0 are all the same; give --temperature 1")
        if not 0 <= self.heat <= 10:
            raise ConfigInvalid(f"--temperature {self.heat:g} lies outside 0 to 10")

    @property
    def heat(self) -> float:
        """The temperature of sampling; 0 is greedy."""
        return float(self.samples > 1) if self.temperature is None else self.temperature


@dataclass(frozen=True)
class Evaluated:
    """What came out, and where it lies."""

    folder: Path
    asked: Evaluation
    parts: list[Part]
    """All questions first."""

    @property
    def results(self) -> Path:
        """The file with a row per question, sample and condition."""
        return self.folder / RESULTS

    def as_json(self) -> dict[str, Any]:
        """Return all figures and what was asked."""
        return {
            "model": self.asked.model,
            "split": self.asked.split.value,
            "samples": self.asked.samples,
            "temperature": self.asked.heat,
            "results": str(self.results),
            "pass_rates": str(self.folder / PASS_RATES),
            "parts": [asdict(part) for part in self.parts],
        }


def evaluate(
    asked: Evaluation,
    output: Path,
    *,
    answerer: Answerer | None = None,
    force: bool = False,
    progress: Progress = lambda *_: None,
) -> Evaluated:
    """Have a model answer the questions of a split and write what it says into the folder `output`.

    `answerer` stands in for the model where it is given. Raises a `CkitError` in one line for a model that is absent or
    takes no images, a split without questions, images that are missing, and a folder that holds something else.
    """
    questions = select_questions(
        asked.curriculum, asked.split, tiers=asked.tiers, limit=asked.limit, all_wordings=asked.wordings
    )
    root = asked.image_root or questions.image_root
    questions.check_images(root)
    settings = _settings(asked, questions, root)
    with OutputFolder.claim(output, "evaluation", force) as folder:
        try:
            is_new = not _is_finished(folder, settings)
            if is_new:
                _begin(folder, settings, force)
                _run(asked, questions, root, folder, answerer, progress)
            parts = figures(read_results(output / RESULTS))
            if is_new:
                write_json(output / MANIFEST, _manifest(folder, settings, parts))
            return Evaluated(output, asked, parts)
        except OSError as error:
            raise explain_os_error(error, output) from error


def _run(
    asked: Evaluation,
    questions: Questions,
    root: Path | None,
    folder: OutputFolder,
    answerer: Answerer | None,
    progress: Progress,
) -> None:
    """Ask what was not asked yet, then write the tables and put them in place."""

    def load() -> Answerer:
        if answerer is not None:
            return answerer
        return VisionModel(asked.model, device=asked.device, max_tokens=asked.max_tokens, temperature=asked.heat)

    batches = batches_of(questions.has_images, asked.conditions, asked.batch_size)
    images = Images(questions.images_of, root, asked.max_pixels)
    answers = folder.hidden / _ANSWERS
    answer(batches, questions, images, answers, load, samples=asked.samples, seed=asked.seed, progress=progress)
    made = folder.scratch
    made.mkdir(parents=True, exist_ok=True)
    write_results(made / RESULTS, result_rows(batches, questions, answers))
    write_pass_rates(made / PASS_RATES, read_results(made / RESULTS))
    folder.publish(made / RESULTS, RESULTS)
    folder.publish(made / PASS_RATES, PASS_RATES)


def _settings(asked: Evaluation, questions: Questions, root: Path | None) -> dict[str, Any]:
    """Return all that answers depend on."""
    plain = {name: value for name, value in asdict(asked).items() if name not in {"curriculum", "image_root"}}
    plain |= {"temperature": asked.heat, "curriculum": questions.state, "image_root": root and str(root.resolve())}
    plain |= {"model files": hash_of(model_state(asked.model))}
    settings: dict[str, Any] = json.loads(json.dumps(plain))
    return settings


def _manifest(folder: OutputFolder, settings: dict[str, Any], parts: list[Part]) -> dict[str, Any]:
    return {
        "kind": "evaluation",
        "ckit": __version__,
        "settings": settings,
        "files": folder.hashes([RESULTS, PASS_RATES]),
        "figures": [asdict(part) for part in parts],
    }


def _is_finished(folder: OutputFolder, settings: dict[str, Any]) -> bool:
    manifest = folder.manifest or {}
    return manifest.get("settings") == settings and manifest.get("files") == folder.hashes([RESULTS, PASS_RATES])


def _begin(folder: OutputFolder, settings: dict[str, Any], force: bool) -> None:
    """Keep the answers of a run that was killed; refuse those that were asked for in another way."""
    known = read_json(folder.hidden / _SETTINGS)
    if known is not None and known != settings:
        if not force:
            other = sorted(name for name in {*known, *settings} if known.get(name) != settings.get(name))
            raise OutputOccupied(
                f"{folder.root} holds answers asked for with another {', '.join(other)}; choose another -o, or "
                "--force to drop them"
            )
        (folder.hidden / _ANSWERS).unlink(missing_ok=True)
    folder.forget_manifest()
    write_json(folder.hidden / _SETTINGS, settings)
