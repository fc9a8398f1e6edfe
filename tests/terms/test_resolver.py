import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.terms import Relation, Terms

TERMS = Terms.load()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("IVC", "Inferior_vena_cava."),
        ("bowel", "gut"),
        ("small bowel", "小肠"),
        ("renal calculus", "kidney stones"),
        ("hepatic cyst", "Cyst of the liver"),
        ("thyroid gland", "thyroid"),
        ("urinary bladder", "bladder"),
        ("testes", "testicle"),
        ("myoma of the uterus", "fibroid"),
        ("left kidney", "左肾"),
        ("x光", "radiograph"),
        ("chest region", "thorax"),
        ("liver, heart", "heart and liver"),
        ("renal artery", "kidney artery"),
    ],
)
def test_two_names_of_one_structure_are_the_same(a, b):
    assert TERMS.same(a, b)
    assert TERMS.related(a, b) is Relation.SAME


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("thyroid", "thyroid nodule", Relation.CONTAINS),
        ("liver", "hepatic lesion", Relation.CONTAINS),
        ("lung, heart", "heart", Relation.CONTAINS),
        ("gut", "small intestine", Relation.PART),
        ("small bowel", "gut", Relation.PART),
        ("colon", "intestine", Relation.PART),
        ("lung", "chest", Relation.PART),
        ("lung nodule", "chest region", Relation.PART),
        ("left lung", "left chest", Relation.PART),
        ("fibroid", "uterus", Relation.PART),
        ("cystic duct", "cystic pedicle", Relation.PART),
        ("omentum", "peritoneum", Relation.PART),
        ("splenomegaly", "spleen", Relation.CONTAINS),
        ("左肺", "left chest", Relation.PART),
        ("ACL tear", "ligament tear", Relation.CONTAINS),
        ("radius", "bone", Relation.KIND),
        ("cystic artery", "blood vessel", Relation.KIND),
        ("IVC", "vein", Relation.KIND),
        ("first proximal interphalangeal", "joint", Relation.KIND),
    ],
)
def test_what_would_be_right_beside_the_other_is_related(a, b, relation):
    assert TERMS.related(a, b) is relation
    assert TERMS.related(b, a) is relation


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("left kidney", "right kidney"),
        ("left lung", "right chest"),
        ("small intestine", "large intestine"),
        ("renal artery", "kidney"),
        ("bladder", "gallbladder"),
        ("portal vein", "liver"),
        ("left ventricle", "lateral ventricle"),
        ("clip", "clipper"),
        ("hook", "specimen bag"),
    ],
)
def test_what_can_be_told_apart_is_not_related(a, b):
    assert TERMS.related(a, b) is None


def test_the_six_structures_of_a_cholecystectomy_may_all_stand_beside_each_other():
    six = ["liver", "omentum", "gut", "gallbladder", "cystic plate", "abdominal wall cavity"]
    assert len(TERMS.clashes(six)) == 0


def test_clashes_are_sorted_pairs_of_places_and_a_symmetric_mask():
    clashes = TERMS.clashes(["spleen", "thyroid nodule", "lungs", "chest", "thyroid"])
    assert list(zip(clashes.a, clashes.b, clashes.relation, strict=True)) == [
        (1, 4, Relation.CONTAINS),
        (2, 3, Relation.PART),
    ]
    assert clashes.mask().astype(int).tolist() == [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 0, 0, 0],
    ]


@pytest.mark.parametrize("labels", [[], ["liver"]])
def test_no_pairs_among_fewer_than_two_labels(labels):
    assert len(TERMS.clashes(labels)) == 0
    assert TERMS.clashes(labels).mask().shape == (len(labels), len(labels))


WORDS = [
    "left",
    "right",
    "kidney",
    "renal",
    "lung",
    "chest",
    "of",
    "and",
    "nodule",
    "gut",
    "small",
    "bowel",
    "2",
    "左肺",
    ",",
]


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), max_size=8))
def test_all_pairs_at_once_are_the_pairs_one_by_one(labels):
    clashes = TERMS.clashes(labels)
    one_by_one = {
        (i, j): relation
        for i, j in itertools.combinations(range(len(labels)), 2)
        if (relation := TERMS.related(labels[i], labels[j])) is not None
    }
    assert dict(zip(zip(clashes.a, clashes.b, strict=True), clashes.relation, strict=True)) == one_by_one


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_are_related_alike_in_either_order(a, b):
    assert TERMS.related(a, b) == TERMS.related(b, a)
    assert TERMS.same(a, a)


def test_the_structures_that_a_label_names():
    assert TERMS.structures("renal and splenic lesion") == {"kidney", "spleen"}
    assert TERMS.structures("hook") == frozenset()


@pytest.mark.real_data
def test_no_instrument_is_taken_for_anatomy(real_data):
    labels = (real_data / "ssg_vqa" / "answer_labels_51.txt").read_text().split()
    clashes = TERMS.clashes(labels)
    found = {labels[place] for place in np.concatenate([clashes.a, clashes.b])}
    structures = {"blood_vessel", "cystic_artery", "cystic_pedicle", "cystic_duct", "omentum", "peritoneum"}
    assert found == structures | {"specimen_bag", "specimenbag"}
