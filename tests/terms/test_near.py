import numpy as np
import pytest

from curriculum_kit.encoders.text import TextEncoder
from curriculum_kit.errors import EmbeddingsInvalid
from curriculum_kit.terms import Terms, near_equal

TERMS = Terms.load()


def at(*degrees):
    """Unit vectors in the plane: the cosine of two of them is that of the angle between."""
    radians = np.radians(degrees)
    return np.column_stack([np.cos(radians), np.sin(radians)])


def pairs(labels, vectors, **options):
    table = near_equal(labels, vectors, TERMS, **options)
    return [(row["label_a"], row["label_b"], row["cosine"]) for row in table.to_pylist()]


def test_near_pairs_are_listed_nearest_first_with_their_cosine():
    # 10 degrees apart 0.985, 20 apart 0.940, 30 apart 0.866.
    labels = ["torn meniscus", "meniscal tear", "meniscus rupture", "hernia"]
    assert pairs(labels, at(10, 0, 30, 90)) == [
        ("meniscal tear", "torn meniscus", 0.984808),
        ("meniscus rupture", "torn meniscus", 0.939693),
        ("meniscal tear", "meniscus rupture", 0.866025),
    ]
    assert len(pairs(labels, at(10, 0, 30, 90), at_least=0.95)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kidney stone", "renal calculus"),  # known to be the same
        ("thyroid", "thyroid nodule"),  # the one contains the other
        ("lung", "chest"),  # the one is a part of the other
        ("spleen", "liver"),  # the table holds them apart
        ("left wing", "right wing"),
        ("benign lump", "malignant bump"),
        ("stage iiia", "stage iiib"),
        ("grade 1", "grade 2"),
        ("a sentence about all that one sees", "another sentence about all that one sees"),
    ],
)
def test_what_needs_no_decision_is_left_out(one, other):
    assert pairs([one, other], at(0, 5)) == []


def test_labels_in_a_script_that_the_encoder_cannot_read_are_left_out():
    # The first two have one vector, so that the nearness of the third says nothing either.
    assert pairs(["小肠", "大肠", "胃", "lump", "bump"], at(0, 0, 5, 90, 95)) == [("bump", "lump", 0.996195)]


def test_no_labels_are_no_pairs():
    assert pairs([], np.empty((0, 3))) == []


def test_vectors_must_fit_the_labels():
    with pytest.raises(EmbeddingsInvalid, match=r"vectors of shape \(2, 2\) for 1 labels"):
        near_equal(["liver"], at(0, 5), TERMS)


@pytest.mark.model
def test_minilm_finds_the_pairs_a_researcher_would_ask_about():
    labels = [
        "bone fracture",
        "fractured bone",
        "pancreatic cancer",
        "pancreatic tumor",
        "left eye",
        "right eye",
        "omentum",
    ]
    found = near_equal(labels, TextEncoder.load().encode(labels), TERMS)
    assert found.select(["label_a", "label_b"]).to_pylist() == [
        {"label_a": "bone fracture", "label_b": "fractured bone"},
        {"label_a": "pancreatic cancer", "label_b": "pancreatic tumor"},
    ]
