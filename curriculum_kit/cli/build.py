"""`ckit build-curriculum`."""

from __future__ import annotations

import importlib.util
import time
from typing import Any

from curriculum_kit import phantom_clip
from curriculum_kit.cli import build_options as opt
from curriculum_kit.cli import similarity_options as similarity
from curriculum_kit.cli.console import print_json, progress_bar, say
from curriculum_kit.cli.lists import named_numbers, numbers
from curriculum_kit.enums import ChoiceSource, ImageStorage, Order
from curriculum_kit.errors import ConfigInvalid


def sample_defaults() -> dict[str, Any]:
    """Return what the sample is built with unless told otherwise.

    It asks about structures, its frames are small enough to store, and the CLIP that ships knows them.
    """
    clip = {"clip_model": phantom_clip.NAME} if importlib.util.find_spec("open_clip") else {}
    return {"where": "question_type = 'query_component'", "images": ImageStorage.EMBED, **clip}


def build_curriculum(
    sources: opt.Sources = None,
    output: opt.Output = None,
    sample: opt.Sample = False,
    scenes: opt.Scenes = None,
    config: opt.Config = None,
    where: opt.Where = None,
    tiers: opt.Tiers = None,
    difficulty: opt.Difficulty = None,
    tie_break: opt.TieBreakBy = None,
    choices: opt.Choices = None,
    options: opt.Options = None,
    targets: opt.Targets = None,
    max_blind_gain: opt.MaxBlindGain = None,
    ramp: opt.Ramp = False,
    plan_choices: opt.PlanChoices = False,
    plot: opt.Plot = None,
    arms: opt.Arms = False,
    synonyms: opt.Synonyms = None,
    order: opt.OrderBy = None,
    max_blind: opt.MaxBlind = None,
    seed: opt.Seed = None,
    text_model: similarity.TextModel = None,
    embeddings: similarity.Embeddings = None,
    clip_model: similarity.ClipModel = None,
    clip_templates: similarity.ClipTemplates = None,
    min_images: similarity.MinImages = None,
    weights: similarity.Weights = None,
    device: similarity.Device = None,
    engine: similarity.EngineName = None,
    ray_address: similarity.RayAddress = None,
    cache: similarity.Cache = None,
    prompt: opt.Prompt = None,
    images: opt.Images = None,
    image_root: opt.ImageRoot = None,
    rows_per_shard: opt.RowsPerShard = None,
    full_matrix_up_to: similarity.FullMatrixUpTo = None,
    neighbours: similarity.Neighbours = None,
    memory: opt.Memory = None,
    force: opt.Force = False,
    as_json: opt.AsJson = False,
) -> None:
    """Order questions by the similarity of their choices and write tiered shards.

    Stages whose input and options are unchanged are skipped; a run that was killed goes on where it stopped.

    Examples:

      ckit build-curriculum --sample -o demo

      ckit build-curriculum tables -o ct --where "modality = 'CT'" --tiers 4

      ckit build-curriculum tables --plan-choices --plot plan.png

      ckit build-curriculum tables -o drawn --choices similar --options 2:4

      ckit build-curriculum tables -o comparison --arms

      ckit build-curriculum --config curriculum.toml -o curriculum
    """
    if arms and (choices or order or plan_choices):
        raise ConfigInvalid(
            "--arms makes curricula of its own choices and orders; leave out --choices, --order and --plan-choices"
        )
    flags: dict[str, Any] = {
        "sources": tuple(sources) if sources else None,
        "sample": sample or None,
        "scenes": scenes,
        "where": where,
        "tiers": tiers,
        "difficulty": difficulty,
        "tie_break": tie_break,
        "choices": ChoiceSource.SIMILAR if plan_choices or arms else choices,
        "options": options,
        "targets": numbers(targets, "--targets"),
        "max_blind_gain": max_blind_gain,
        "ramp": ramp or None,
        "synonyms": synonyms,
        "order": Order.EASY_TO_HARD if arms else order,
        "max_blind": max_blind,
        "seed": seed,
        "text_model": text_model,
        "embeddings": embeddings,
        "clip_model": clip_model,
        "clip_templates": clip_templates,
        "min_images": min_images,
        "weights": named_numbers(weights, "--weights"),
        "device": device,
        "engine": engine,
        "ray_address": ray_address,
        "cache": cache,
        "prompt": prompt,
        "images": images,
        "image_root": image_root,
        "rows_per_shard": rows_per_shard,
        "full_matrix_up_to": full_matrix_up_to,
        "neighbours": neighbours,
        "memory": memory,
    }
    from curriculum_kit.config import load_build_config
    from curriculum_kit.pipeline.build import build

    resolved = load_build_config(config, flags, sample_defaults())
    if resolved.sample and resolved.clip_model is None and not as_json:
        say("The text channel alone: for that of the images, pip install 'curriculum-kit[clip]'.")

    started = time.monotonic()

    def report(stage: str, state: str) -> None:
        nonlocal started
        if state == "started":
            started = time.monotonic()
        elif not as_json:
            taken = (
                "skipped, nothing it depends on has changed"
                if state == "skipped"
                else f"{time.monotonic() - started:.1f} s"
            )
            say(f"  {stage:<10} {taken}")

    if plan_choices:
        from curriculum_kit.cli.plan import show_plan

        show_plan(resolved, report, plot=plot, as_json=as_json)
        return
    if plot:
        raise ConfigInvalid("--plot draws a plan; take it with --plan-choices, or leave it out")
    assert output is not None, "it is needed without --plan-choices"
    if arms:
        from curriculum_kit.cli.arms_view import show_arms

        show_arms(resolved, output, report, force=force, as_json=as_json)
        return
    with progress_bar(quiet=as_json) as progress:
        summary = build(resolved, output, force=force, on_stage=report, progress=progress)
    if as_json:
        print_json(summary)
    else:
        from curriculum_kit.cli.build_view import print_built

        print_built(summary, resolved.where)
