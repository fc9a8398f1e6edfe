"""Distractors drawn anew: what a blind guesser has left, what never stands together, what is kept and counted."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.repair.redraw import Redrawn, redraw_distractors

Make = Callable[..., Any]
POLAR = {"yes": ("yes", "no"), "no": ("yes", "no")}
ORGANS = ["gut", "liver", "spleen", "kidney", "aorta", "uterus", "ovary", "bladder"]


def options_of(offers: Offers, redrawn: Redrawn) -> list[list[str]]:
    parts = np.split(redrawn.option, redrawn.start[1:-1])
    return [[offers.option.texts[code] for code in part] for part in parts]


def rates(offers: Offers) -> dict[str, float]:
    """Return for each label how often it is right where it is offered."""
    codes, texts = offers.option.codes, offers.option.texts
    right = np.bincount(codes[offers.is_right], minlength=len(texts))
    return dict(zip(texts, right / np.maximum(1, np.bincount(codes, minlength=len(texts))), strict=True))


@pytest.fixture
def biased(asked: Make, table: Make) -> Offers:
    """Return 3,000 questions of four options of which liver answers most that say brown, and gut the others."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(3_000):
        brown = rng.random() < 0.5
        weights = np.array([10, 36, 12, 11, 10, 8, 7, 6] if brown else [36, 10, 12, 11, 10, 8, 7, 6])
        answer = rng.choice(ORGANS, p=weights / weights.sum())
        others = [str(name) for name in rng.permutation(ORGANS) if name != answer][:3]
        text = f"What is the {'brown' if brown else 'red'} thing?"
        rows.append(asked(number, answer, *others, answer, question=text))
    return offers_of([table(rows)])


def test_afterwards_labels_are_right_as_often_as_they_are_offered_given_the_words_too(
    biased: Offers, mend: Make
) -> None:
    assert rates(biased)["gut"] > 0.4
    redrawn = redraw_distractors(biased, seed=1)
    mended = mend(biased, redrawn)
    answers = [biased.option.codes[biased.is_right], mended.option.codes[mended.is_right]]
    assert (answers[0] == answers[1]).all()
    assert (mended.sizes == 4).all()
    assert redrawn.changed.all()
    assert {label: rate for label, rate in rates(mended).items() if not 0.22 < rate < 0.28} == {}
    # Of either colour one label answers 36%: always offered, it is right no more often than that.
    for colour in (0, 1):
        assert max(rates(mended.subset(mended.question.codes == colour)).values()) < 0.39
    assert redrawn.remains == pytest.approx(0.36, abs=0.03)
    assert redrawn.sentences()[-1] == (
        "A guesser who knows how likely each label is, given the question's words and modality, should still get "
        f"{100 * redrawn.remains:.1f}% of the questions drawn anew right (chance 25%)."
    )


def test_the_options_without_the_question_do_not_tell_which_of_them_is_right(
    asked: Make, table: Make, mend: Make
) -> None:
    # Liver answers 7 of 10 questions that say brown, more than it can be offered: {liver, spleen, gut} betrays them.
    rng = np.random.default_rng(0)
    rows = []
    for number in range(4_000):
        brown = rng.random() < 0.25
        weights = np.array([10, 70, 10, 10, 0, 0, 0, 0] if brown else [15, 5, 15, 15, 15, 15, 10, 10])
        answer = rng.choice(ORGANS, p=weights / 100)
        text = f"What is the {'brown' if brown else 'red'} thing?"
        rows.append(asked(number, answer, *[organ for organ in ORGANS if organ != answer][:2], answer, question=text))
    offers = offers_of([table(rows)])
    mended = mend(offers, redraw_distractors(offers, seed=0))
    assert (mended.sizes == 3).all()
    assert by_set(mended) == pytest.approx(1 / 3, abs=0.03)


def by_set(offers: Offers) -> float:
    """Return what a guesser gets right in half of the questions who knows from the others which of a set is right."""
    options = np.sort(offers.option.codes.reshape(len(offers), -1), axis=1)
    answers = offers.option.codes[offers.is_right]
    seen: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for labels, answer in zip(options[::2].tolist(), answers[::2].tolist(), strict=True):
        seen[tuple(labels)][answer] += 1
    hits = []
    for labels, answer in zip(options[1::2].tolist(), answers[1::2].tolist(), strict=True):
        counts = [seen[tuple(labels)][label] for label in labels]
        best = [label for label, count in zip(labels, counts, strict=True) if count == max(counts)]
        hits.append((answer in best) / len(best))
    return float(np.mean(hits))


def test_the_answer_stands_at_every_letter_equally_often(biased: Offers, mend: Make) -> None:
    mended = mend(biased, redraw_distractors(biased, seed=1))
    letters = np.flatnonzero(mended.is_right) - mended.start[:-1]
    assert np.bincount(letters).tolist() == [750] * 4


def test_the_same_seed_draws_the_same_and_another_one_does_not(biased: Offers) -> None:
    first, again, other = (redraw_distractors(biased, seed=seed).option for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_what_may_also_be_right_never_stands_beside_the_answer(asked: Make, table: Make) -> None:
    labels = ["thyroid", "thyroid nodule", "lung", "lungs", "liver", "gut", "spleen", "aorta"]
    rows = [asked(n, labels[n % 8], labels[(n + 1) % 8], labels[n % 8], labels[(n + 4) % 8]) for n in range(800)]
    # Of one image and type: liver and gut. Of one image and wording, in another type: aorta and spleen.
    rows[4]["image_ids"] = rows[5]["image_ids"]
    offers = offers_of([table(rows)])
    choices = options_of(offers, redraw_distractors(offers, seed=0))
    assert [options for options in choices if {"lung", "lungs"} <= set(options)] == []
    assert [options for options in choices if {"thyroid", "thyroid nodule"} <= set(options)] == []
    assert "gut" not in choices[4]
    assert "liver" not in choices[5]


def test_a_part_is_not_offered_beside_its_whole_where_somebody_says_so(asked: Make, table: Make) -> None:
    labels = ["lung", "chest", "foot", "hand", "knee", "arm", "hip", "jaw"]
    rows = [asked(n, labels[n % 8], *(labels[(n + k) % 8] for k in range(4))) for n in range(800)]
    offers = offers_of([table(rows)])

    def part_of(names: Sequence[str]) -> np.ndarray:
        mask = np.zeros((len(names), len(names)), bool)
        lung, chest = names.index("lung"), names.index("chest")
        mask[lung, chest] = mask[chest, lung] = True
        return mask

    plain, told = (
        sum({"lung", "chest"} <= set(options) for options in options_of(offers, redrawn))
        for redrawn in (redraw_distractors(offers), redraw_distractors(offers, clashing=part_of))
    )
    assert plain > 100
    assert told == 0


@pytest.mark.parametrize("together", [True, False])
def test_labels_that_begin_alike_stand_together_only_where_the_source_sets_them_so(
    asked: Make, table: Make, together: bool
) -> None:
    labels = ["distal radius", "femur", "distal ulna", "tibia", "skull", "spine", "sternum", "clavicle"]
    rows = [asked(n, labels[n % 8], labels[n % 8], labels[(n + (2 if together else 1)) % 8]) for n in range(800)]
    offers = offers_of([table(rows)])
    choices = options_of(offers, redraw_distractors(offers, seed=0))
    assert ({"distal radius", "distal ulna"} in [set(options) for options in choices]) == together


def test_names_of_one_modality_do_not_stand_together_where_the_source_keeps_them_apart(
    asked: Make, table: Make
) -> None:
    names = {"color photography": "fundus", "retinal imaging": "fundus", "ct": "ct", "mri": "mri", "x-ray": "x-ray"}
    rng, labels, rows = np.random.default_rng(0), list(names), []
    for n in range(500):
        right = labels[n % 5]
        wrong = [str(name) for name in rng.permutation(labels) if names[name] != names[right]]
        # Of two names of one modality one at most is offered, even where both are wrong.
        wrong = [name for place, name in enumerate(wrong) if names[name] not in [names[w] for w in wrong[:place]]]
        rows.append(asked(n, right, right, *wrong[:2], modality=names[right]))
    offers = offers_of([table(rows)])
    choices = options_of(offers, redraw_distractors(offers, seed=0))
    assert {len(options) for options in choices} == {3}
    assert all(
        [names[label] for label in options].count(names[labels[n % 5]]) == 1 for n, options in enumerate(choices)
    )


def test_labels_that_a_scene_graph_shows_are_not_offered(asked: Make, table: Make) -> None:
    offers = offers_of([table([asked(n, ORGANS[n % 8], ORGANS[n % 8], ORGANS[(n + 1) % 8]) for n in range(400)])])
    also_right = [{"gut", "liver", "spleen"} - {ORGANS[n % 8]} for n in range(400)]
    choices = options_of(offers, redraw_distractors(offers, also_right=also_right, seed=0))
    assert all(not right & set(options) for right, options in zip(also_right, choices, strict=True))


def test_yes_and_no_stand_alone_and_beside_no_other_answer(asked: Make, table: Make) -> None:
    rows = [asked(n, "yes" if n % 3 else "no", "gut", "yes", "no") for n in range(90)]
    rows += [asked(100 + n, ORGANS[n % 8], "yes", *ORGANS) for n in range(80)]
    offers = offers_of([table(rows)])
    redrawn = redraw_distractors(offers, polar=POLAR, seed=0)
    choices = options_of(offers, redrawn)
    assert {tuple(sorted(options)) for options in choices[:90]} == {("no", "yes")}
    assert "yes" not in {label for options in choices[90:] for label in options}
    assert (redrawn.polar, redrawn.fewer) == (90, 170)
    assert redrawn.changed.all()
    assert redrawn.sentences()[1] == "90 questions are answered by yes or no or the like and offer exactly these two."


def test_a_question_without_any_safe_label_keeps_its_options_in_their_order(asked: Make, table: Make) -> None:
    rows = [asked(n, "skin", "liver", "skin", "bone") for n in range(9)]
    rows += [asked(10, "yes", "yes", "perhaps", question_type="polar")]
    offers = offers_of([table(rows)])
    redrawn = redraw_distractors(offers, polar=POLAR, seed=0)
    assert options_of(offers, redrawn) == [["liver", "skin", "bone"]] * 9 + [["yes", "perhaps"]]
    assert not redrawn.changed.any()
    assert redrawn.sentences() == [
        "The distractors of 0 of 10 questions were drawn anew.",
        "10 questions keep their options, because no other label may stand beside the answer.",
    ]


def test_where_the_words_leave_nothing_likely_the_options_of_the_source_are_preferred(asked: Make, table: Make) -> None:
    rows = [asked(n, "benign", "benign", "malignant", question="Benign or malignant?") for n in range(200)]
    rows += [
        asked(300 + n, ORGANS[n % 8], ORGANS[n % 8], ORGANS[n % 7 - 1], question="What organ?") for n in range(400)
    ]
    rows += [asked(800 + n, "malignant", "malignant", "gut", question="What lesion?") for n in range(50)]
    offers = offers_of([table(rows)])
    choices = options_of(offers, redraw_distractors(offers, seed=0))[:200]
    assert sum("malignant" in options for options in choices) > 120


def test_more_labels_than_compete_at_once_are_parted_by_frequency(
    asked: Make, table: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curriculum_kit.repair.redraw.MAX_LABELS", 4)
    rows = [asked(n, name, name, "x") for n, name in enumerate(ORGANS[:4] * 20 + ORGANS[4:])]
    offers = offers_of([table(rows)])
    choices = options_of(offers, redraw_distractors(offers, seed=0))
    assert all(set(options) <= set(ORGANS[:4]) for options in choices[:80])
    assert all(set(options) <= set(ORGANS[4:]) for options in choices[80:])


def test_no_questions_need_no_distractors() -> None:
    redrawn = redraw_distractors(offers_of([]), polar=POLAR)
    assert (redrawn.start.tolist(), len(redrawn.option), redrawn.changed.tolist()) == ([0], 0, [])
