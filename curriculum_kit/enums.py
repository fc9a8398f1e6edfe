"""Closed choices: what a column or an option may hold. Importing them loads nothing else."""

from __future__ import annotations

from enum import StrEnum


class Split(StrEnum):
    """Where the benchmark itself puts a question."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    UNASSIGNED = "unassigned"


class ImageStatus(StrEnum):
    """What a look at the image file found. Null in a table means that nobody has looked."""

    OK = "ok"
    MISSING = "missing"
    CORRUPT = "corrupt"


class Channel(StrEnum):
    """Where the similarity of two labels comes from."""

    TEXT = "text"
    CLIP_TEXT = "clip_text"
    CLIP_IMAGE = "clip_image"


class Engine(StrEnum):
    """Where images are embedded."""

    LOCAL = "local"
    """In this process."""
    RAY = "ray"
    """Under Ray Data, on this machine or on a cluster."""


class DifficultyKind(StrEnum):
    """How S(q) is made of the similarities of a question's choices."""

    PAIRWISE_MEAN = "pairwise_mean"
    ANSWER_MEAN = "answer_mean"
    ANSWER_MAX = "answer_max"


class Reason(StrEnum):
    """Why a row could not be used. These names are stable: people filter `rejects.parquet` by them."""

    NOT_AN_OBJECT = "not_an_object"
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    NUL_BYTE = "nul_byte"
    FIELD_MISSING = "field_missing"
    FIELD_NOT_TEXT = "field_not_text"
    WRONG_FIELD_COUNT = "wrong_field_count"
    QUESTION_EMPTY = "question_empty"
    ANSWER_EMPTY = "answer_empty"
    ANSWER_NOT_IN_CHOICES = "answer_not_in_choices"
    ANSWER_AMBIGUOUS = "answer_ambiguous"
    ANSWER_CONTRADICTORY = "answer_contradictory"
    CHOICES_UNREADABLE = "choices_unreadable"
    DUPLICATE_CHOICES = "duplicate_choices"
    TOO_FEW_CHOICES = "too_few_choices"
    TOO_MANY_CHOICES = "too_many_choices"
    SCENE_LEVEL = "scene_level"
    SEVERAL_ANSWERS = "several_answers"
    IMAGE_PATH_UNSAFE = "image_path_unsafe"
    IMAGE_MISSING = "image_missing"
    NO_DISTRACTORS = "no_distractors"
    POLAR_QUESTION = "polar_question"
    ANSWER_TOO_FREQUENT = "answer_too_frequent"
    SOLVABLE_BLIND = "solvable_blind"
    DUPLICATE_QUESTION_ID = "duplicate_question_id"


class Check(StrEnum):
    """What `ckit audit` looks at."""

    FORMATS = "formats"
    LETTERS = "letters"
    OPTIONS = "options"
    PRIOR = "prior"
    WORDS = "words"
    BLIND = "blind"
    LEAKS = "leaks"
    CONTRADICTIONS = "contradictions"
    IMAGES = "images"
    PATHS = "paths"
    CLASSES = "classes"


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    SERIOUS = "serious"
    """A model can score by it without looking, or a score on the test split means little."""
    WARNING = "warning"
    """Some questions are affected; look at them."""
    NOTE = "note"
    """Good to know."""
    CLEAR = "clear"
    """It was looked for and is not there."""
    UNCHECKED = "unchecked"
    """It could not be looked for; the sentence says why."""


class Fix(StrEnum):
    """What `ckit audit --fix` changes."""

    FORMATS = "formats"
    """Labels folded to one form, near-equal options of a question merged."""
    LEAKS = "leaks"
    """Splits drawn anew by unit and image."""
    PRIOR = "prior"
    """Distractors drawn anew, so that every label is right as often as it is offered."""


class ChoiceSource(StrEnum):
    """Where the options of a question come from."""

    KEEP = "keep"
    """The options of the source, random ones where it has none."""
    RANDOM = "random"
    """Drawn at random: the baseline."""
    SIMILAR = "similar"
    """Drawn so that S(q) meets the target of the question's tier, and options give nothing away."""


class Order(StrEnum):
    """In what order the shards hold the questions."""

    EASY_TO_HARD = "easy-to-hard"
    HARD_TO_EASY = "hard-to-easy"
    """Tier 0 is then the hardest: tiers are numbered as they come."""
    SHUFFLED = "shuffled"
    """One tier, at random: what an order is compared with."""


class ImageStorage(StrEnum):
    """What a shard holds of an image."""

    PATHS = "paths"
    EMBED = "embed"


class TieBreak(StrEnum):
    """What tells questions of equal S(q) apart."""

    NONE = "none"
    HOPS = "hops"
    BLIND = "blind"


class ScheduleKind(StrEnum):
    """In what order training walks through a curriculum."""

    STEPS = "steps"
    """Tier by tier, from the easiest to the hardest."""
    LINEAR = "linear"
    """From a share of the curriculum that is reachable at first, and grows evenly."""
    COMPETENCE = "competence"
    """The same, where the share grows as a square root: fast at first."""
    MIXED = "mixed"
    """Tier by tier, with some groups of earlier tiers in between."""
    SHUFFLED = "shuffled"
    """Without regard to difficulty: what a curriculum is compared with."""
    REVERSED = "reversed"
    """Tier by tier, from the hardest to the easiest."""


class Arm(StrEnum):
    """How a model is trained on a curriculum."""

    GRPO = "grpo"
    """It is rewarded for what it says."""
    SFT = "sft"
    """It is shown what to say: the baseline, on the same rows in the same order."""


class WriterKind(StrEnum):
    """Who words questions anew."""

    RULES = "rules"
    """A grammar; no model."""
    LLM = "llm"
    """A server that speaks the OpenAI protocol."""
    LOCAL = "local"
    """A chat model of transformers, in this process."""
