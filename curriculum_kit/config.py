"""What a command was asked for: typed, frozen, and with every mistake reported at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError, model_validator

from curriculum_kit.enums import Channel, ChoiceSource, DifficultyKind, Engine, ImageStorage, Order, TieBreak
from curriculum_kit.errors import ConfigInvalid, SourceNotFound, did_you_mean
from curriculum_kit.schemas import MAX_CHOICES

_Whole = Annotated[int, Strict()]
"""A number that is one in the file too: without `Strict`, `tiers = true` would mean one tier."""


_SCENES = 200
MAX_BLIND_GAIN = 0.03
"""What a guesser who knows the option sets may gain over chance, unless told otherwise."""


def _option_range(value: Any) -> Any:
    """Return a number of options, or `low:high`; raise `ValueError` for anything else."""
    parts = str(value).split(":")
    if isinstance(value, int | str) and not isinstance(value, bool) and all(map(str.isdecimal, parts)):
        numbers = [int(part) for part in parts]
        if len(parts) <= 2 and 2 <= numbers[0] <= numbers[-1] <= MAX_CHOICES:
            return numbers[0] if numbers[0] == numbers[-1] else f"{numbers[0]}:{numbers[1]}"
    raise ValueError(f"give a number from 2 to {MAX_CHOICES}, or a range that grows with the tiers, such as 2:4")


_Options = Annotated[int | str, BeforeValidator(_option_range)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_HOW = ("device", "engine", "ray_address", "cache", "memory")
"""What changes how and where the work is done, but not what comes out."""


class BuildConfig(BaseModel):
    """Everything that decides what `ckit build-curriculum` writes, and nothing that does not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[Path, ...] = Field((), description="folders that ckit ingest wrote")
    sample: Annotated[bool, Strict()] = Field(False, description="use the embedded sample instead of sources")
    scenes: _Whole = Field(_SCENES, ge=1, le=100_000, description="frames of the embedded sample")
    where: str | None = Field(None, description="DuckDB condition on the columns of questions")
    choices: ChoiceSource = Field(
        ChoiceSource.KEEP, description="options of the source, drawn at random, or drawn for a wanted S(q)"
    )
    options: _Options = Field(
        4, description="options per question where they are drawn; low:high grows with the tiers (similar)"
    )
    targets: tuple[_Share, ...] | None = Field(
        None, description="mean S(q) wanted of each tier (similar); default even steps over what can be had"
    )
    max_blind_gain: Annotated[float, Strict()] = Field(
        MAX_BLIND_GAIN, ge=0, le=1, description="what a guesser who knows the option sets may gain (similar)"
    )
    ramp: Annotated[bool, Strict()] = Field(False, description="S(q) rises within the tiers too (similar)")
    synonyms: Path | None = Field(None, description="table of terms that extends the built-in one, .tsv")
    order: Order = Field(Order.EASY_TO_HARD, description="order of the shards")
    difficulty: DifficultyKind = Field(DifficultyKind.PAIRWISE_MEAN, description="form of S(q)")
    tiers: _Whole = Field(3, ge=1, le=1000, description="number of tiers")
    tie_break: TieBreak = Field(TieBreak.NONE, description="key that may tell equal S(q) apart")
    max_blind: Annotated[float, Strict()] | None = Field(
        None, ge=0, le=1, description="leave out questions that are answered without the image more often than this"
    )
    seed: _Whole = Field(0, ge=0, lt=2**63, description="decides drawn options and the order of equal questions")
    text_model: str | None = Field(
        None, description="sentence-transformers name or folder; default the embedded MiniLM"
    )
    embeddings: Path | None = Field(None, description="precomputed label vectors, .npz or .parquet")
    clip_model: str | None = Field(
        None, description="CLIP model: open_clip name with tag, hf-hub:..., a folder, or ARCHITECTURE:CHECKPOINT"
    )
    clip_templates: str | None = Field(
        None, description="sentences for CLIP's text tower: a modality or a file; default those of the modalities asked"
    )
    min_images: _Whole = Field(10, ge=1, description="images that a label needs for a place in the image channel")
    weights: dict[Channel, _Weight] | None = Field(
        None, description="weight of each channel in S(q); default 1 for each that there is"
    )
    full_matrix_up_to: _Whole = Field(2000, ge=2, description="labels up to which every pair is kept")
    neighbours: _Whole = Field(50, ge=1, description="nearest neighbours kept per label beyond that")
    prompt: str = Field("think", description="name of the prompt template")
    images: ImageStorage = Field(ImageStorage.PATHS, description="what a shard holds of an image")
    image_root: Path | None = Field(None, description="folder of the images; default the one given to ckit ingest")
    rows_per_shard: _Whole = Field(50_000, ge=1, description="rows of one shard file")
    device: str = Field("auto", description="where CLIP runs: auto, cpu, cuda, cuda:1, mps")
    engine: Engine = Field(Engine.LOCAL, description="what embeds images: this process, or Ray Data")
    ray_address: str | None = Field(None, description="Ray cluster; default one of its own on this machine")
    cache: Path | None = Field(None, description="folder of image embeddings that curricula share")
    memory: str = Field(
        "800MB", pattern=r"^\d+(\.\d+)? ?[KMGT]i?B$", description="DuckDB's share of memory; it spills beyond"
    )

    @property
    def decisive(self) -> dict[str, Any]:
        """What decides the curriculum, as JSON: all but how and where the work is done."""
        return self.model_dump(mode="json", exclude=set(_HOW))

    @property
    def option_counts(self) -> tuple[int, ...]:
        """The number of options wanted in each tier, the easiest first."""
        low, _, high = str(self.options).partition(":")
        rise = int(high or low) - int(low)
        return tuple(int(low) + round(rise * tier / max(self.tiers - 1, 1)) for tier in range(self.tiers))

    @property
    def most_options(self) -> int:
        """The number of options wanted where it does not depend on the tier."""
        return max(self.option_counts)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if found := _conflicts(dict(self)):
            raise ValueError("; ".join(found))
        return self


def load_build_config(
    file: Path | None, flags: Mapping[str, Any], sample_defaults: Mapping[str, Any] | None = None
) -> BuildConfig:
    """Return the config of a file with the flags that were given on top; raise `ConfigInvalid` with all mistakes.

    A flag of value None was not given. `sample_defaults` hold where the embedded sample is asked for.
    """
    values = _read_toml(file) if file else {}
    values.update({name: value for name, value in flags.items() if value is not None})
    if values.get("sample") is True:
        values = dict(sample_defaults or {}) | values
    where = str(file) if file else "the options"
    try:
        return BuildConfig.model_validate(values)
    except ValidationError as error:
        # Conflicts are looked for again: pydantic does not come to them where a single key is wrong.
        mistakes = dict.fromkeys([*_mistakes(error), *_conflicts(values)])
        raise ConfigInvalid(f"{where}: {'; '.join(mistakes)}") from error


def _read_toml(file: Path) -> dict[str, Any]:
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise SourceNotFound(f"{file} {what}; check the path given to --config")
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalid(
            f"{file} is no valid TOML: {error}; see ckit build-curriculum --help for the keys"
        ) from error
    return {key.replace("-", "_"): value for key, value in values.items()}


def _conflicts(values: Mapping[str, Any]) -> list[str]:
    """Return one phrase per pair of keys that do not go together."""
    found = []
    if values.get("sample") is True and values.get("sources"):
        found.append("sample: name folders or take the sample, not both")
    if not values.get("sample") and not values.get("sources"):
        found.append("sources: name at least one folder that ckit ingest wrote, or take --sample")
    if not values.get("sample") and values.get("scenes", _SCENES) != _SCENES:
        found.append("scenes: goes with --sample; leave it out, or take the sample")
    if values.get("text_model") and values.get("embeddings"):
        found.append("embeddings: give a text model or precomputed vectors, not both")
    return found + _conflicts_of_clip(values) + _conflicts_of_choices(values)


def _conflicts_of_clip(values: Mapping[str, Any]) -> list[str]:
    """Return one phrase per option that holds for CLIP's channels alone, and for weights that weigh nothing."""
    found = []
    if not values.get("clip_model"):
        given = {"clip_templates": None, "engine": Engine.LOCAL, "ray_address": None}
        found += [
            f"{key}: goes with --clip-model" for key, default in given.items() if values.get(key, default) != default
        ]
    elif values.get("ray_address") and values.get("engine") != Engine.RAY:
        found.append("ray_address: goes with --engine ray")
    weights = values.get("weights")
    if isinstance(weights, Mapping):
        there = {Channel.TEXT, *((Channel.CLIP_TEXT, Channel.CLIP_IMAGE) if values.get("clip_model") else ())}
        absent = [str(name) for name in weights if name in set(Channel) - there]
        if absent:
            found.append(f"weights: {' and '.join(absent)} need --clip-model")
        elif not any(weights.values()):
            found.append("weights: all are 0, weigh one channel or more")
    return found


def _conflicts_of_choices(values: Mapping[str, Any]) -> list[str]:
    """Return one phrase per option that holds for drawn choices of a wanted difficulty alone."""
    if values.get("choices") == ChoiceSource.SIMILAR:
        found, targets, tiers = [], values.get("targets"), values.get("tiers", 3)
        if targets is not None and isinstance(tiers, int) and len(targets) != tiers:
            found.append(f"targets: give one for each of {tiers} tiers, saw {len(targets)}")
        elif targets is not None and list(targets) != sorted(targets):
            found.append("targets: they fall, give them from the easiest tier to the hardest")
        return found
    given = {
        "targets": values.get("targets") is not None,
        "max_blind_gain": values.get("max_blind_gain", MAX_BLIND_GAIN) != MAX_BLIND_GAIN,
        "ramp": bool(values.get("ramp")),
        "options": ":" in str(values.get("options", "")),
    }
    return [
        f"{key}: {'a range of options ' if key == 'options' else ''}goes with --choices similar"
        for key, is_given in given.items()
        if is_given
    ]


def _mistakes(error: ValidationError) -> list[str]:
    """Return one phrase per mistake: the key, the value seen, what is allowed."""
    phrases = []
    for item in error.errors():
        key = ".".join(map(str, item["loc"]))
        if item["type"] == "extra_forbidden":
            phrases.append(f"{key}: unknown key{did_you_mean(key, BuildConfig.model_fields)}")
        elif not key:
            phrases += item["msg"].removeprefix("Value error, ").split("; ")
        else:
            said = item["msg"].removeprefix("Value error, ")
            phrases.append(f"{key}: {said[:1].lower()}{said[1:]}, saw {item['input']!r}")
    return phrases
