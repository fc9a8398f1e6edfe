"""Repairs of the real benchmarks: what a blind guesser has left, and which images splits still share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GroupKFold

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.distractors import POLAR
from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.repair.formats import fold_formats
from curriculum_kit.repair.redraw import Redrawn, redraw_distractors
from curriculum_kit.repair.splits import redraw_splits

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def omnimedvqa(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """Return OmniMedVQA with one spelling per label."""
    folder = tmp_path_factory.mktemp("omnimedvqa")
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", folder)
    questions, folded = fold_formats(pq.read_table(folder / "questions.parquet"))
    assert (folded.questions, folded.kept) == (62_907, 0)
    return questions


@pytest.fixture(scope="module")
def anatomy(omnimedvqa: pa.Table) -> Offers:
    return of_type(omnimedvqa, "Anatomy Identification")


@pytest.fixture(scope="module")
def med_r1(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    folder = tmp_path_factory.mktemp("med-r1")
    ingest(reader_of("med-r1"), real_data / "med_r1", folder)
    return pq.read_table(folder / "questions.parquet")


def blind_accuracy(offers: Offers, words: bool) -> float:
    """Return what the labels' right/offered rate, and with `words` naive Bayes too, gets right out of fold by unit."""
    codes, size = offers.option.codes, len(offers.option.texts)
    texts = CountVectorizer(token_pattern=r"\w+").fit_transform(offers.question.texts)[offers.question.codes]
    scores = np.zeros(len(codes))
    for rows, held in GroupKFold(5, shuffle=True, random_state=0).split(texts, groups=offers.unit.codes):
        seen, entries = offers.subset(rows), np.isin(offers.row, held)
        right = np.bincount(seen.option.codes[seen.is_right], minlength=size)
        rate = (right + 1) / (np.bincount(seen.option.codes, minlength=size) + 4)
        scores[entries] = np.log(rate)[codes[entries]]
        if words:
            answers = np.eye(size)[seen.option.codes[seen.is_right]]
            beside = np.asarray(texts[rows].T @ answers) + 1
            likely = np.asarray(texts @ np.log(beside / beside.sum(axis=0)))
            scores[entries] += likely[offers.row[entries], codes[entries]]
    return float(offers.hits(scores).mean())


def by_set(offers: Offers) -> float:
    """Return what a guesser gets right, out of fold by unit, who knows the very same options with their answers.

    Sets seen rarely are judged by their labels too: four questions' worth of the label's own rate.
    """
    codes, size = offers.option.codes.astype(np.int64), len(offers.option.texts)
    order = np.lexsort((codes, offers.row))
    sets = [tuple(options.tolist()) for options in np.split(codes[order], offers.start[1:-1])]
    places = {options: place for place, options in enumerate(sets)}
    own = np.array([places[options] for options in sets])
    cell = np.unique(own[offers.row] * size + codes, return_inverse=True)[1]
    scores = np.zeros(len(codes))
    for _, held in GroupKFold(5, shuffle=True, random_state=0).split(own, groups=offers.unit.codes):
        out = np.isin(offers.row, held)
        right, seen = ~out & offers.is_right, ~out
        rate = (np.bincount(codes[right], minlength=size) + 1) / (np.bincount(codes[seen], minlength=size) + 4)
        hits, times = (np.bincount(cell[which], minlength=cell.max() + 1)[cell] for which in (right, seen))
        scores[out] = ((hits + 4 * rate[codes]) / (times + 4))[out]
    return float(offers.hits(scores).mean())


def test_anatomy_cannot_be_answered_by_its_labels_and_hardly_by_its_words(
    anatomy: Offers, mend: Callable[[Offers, Redrawn], Offers]
) -> None:
    redrawn = redraw_distractors(anatomy, polar=POLAR, seed=0)
    mended = mend(anatomy, redrawn)
    assert len(mended) == 13_633
    assert (mended.sizes == anatomy.sizes).all()
    assert redrawn.changed.all()
    assert blind_accuracy(anatomy, words=False) > 0.7
    assert blind_accuracy(mended, words=False) == pytest.approx(anatomy.chance.mean(), abs=0.03)
    assert blind_accuracy(mended, words=True) < 0.42
    # What the options are tells no more than chance, although the wordings differ in which labels they leave likely.
    assert by_set(mended) == pytest.approx(anatomy.chance.mean(), abs=0.03)


def test_what_the_source_keeps_apart_stays_apart(
    omnimedvqa: pa.Table, anatomy: Offers, mend: Callable[[Offers, Redrawn], Offers]
) -> None:
    modalities = of_type(omnimedvqa, "Modality Recognition")
    assert of_own_modality(modalities) == 7
    assert of_own_modality(mend(modalities, redraw_distractors(modalities, polar=POLAR, seed=0))) == 0
    mended = mend(anatomy, redraw_distractors(anatomy, polar=POLAR, seed=0))
    beside = [beside_each_other(offers, "uterus", "fibroid") for offers in (anatomy, mended)]
    assert beside == [0, 0]
    # The source offers lungs beside a chest, so that only who knows that they lie in it can say otherwise.
    assert beside_each_other(anatomy, "lung", "chest") == 72
    assert beside_each_other(mended, "lung", "kidney") > 100


def test_no_x_ray_of_the_test_split_is_in_train_afterwards(med_r1: pa.Table) -> None:
    axis = pc.map_lookup(med_r1["metadata"].combine_chunks(), "axis", "first").to_pylist()
    mended, [x_ray, anatomy] = redraw_splits(med_r1, scheme=axis)
    assert shared_rows(med_r1, axis, "modality") == 526
    assert shared_rows(mended, axis, "modality") == shared_rows(mended, axis, "question_type") == 0
    assert x_ray.before["test"] == 1_615
    assert x_ray.after["test"] == pytest.approx(1_615, rel=0.01)
    assert x_ray.moved < 600
    assert anatomy.moved < 50


def of_type(questions: pa.Table, name: str) -> Offers:
    return offers_of([questions.filter(pc.equal(questions["question_type"], name))])


def of_own_modality(offers: Offers) -> int:
    """Return how many wrong options answer another question of the same modality."""
    answer, size = offers.option.codes[offers.is_right], len(offers.option.texts)
    answers = np.unique(offers.modality.codes.astype(np.int64) * size + answer)
    wrong = ~offers.is_right
    return int(
        np.isin(
            offers.modality.codes[offers.row[wrong]].astype(np.int64) * size + offers.option.codes[wrong], answers
        ).sum()
    )


def beside_each_other(offers: Offers, one: str, other: str) -> int:
    """Return how many questions offer both, one of them as the right answer."""
    pair = [offers.option.texts.index(one), offers.option.texts.index(other)]
    both = np.bincount(offers.row, np.isin(offers.option.codes, pair), len(offers)) == 2
    return int((both & np.isin(offers.option.codes[offers.is_right], pair)).sum())


def shared_rows(questions: pa.Table, axis: list[str], which: str) -> int:
    """Return how many test rows show an image of a train row, along one axis."""
    rows = [row for row, each in zip(questions.to_pylist(), axis, strict=True) if each == which]
    train = {image for row in rows if row["split"] == "train" for image in row["image_ids"]}
    return sum(row["split"] == "test" and not train.isdisjoint(row["image_ids"]) for row in rows)
