"""Folding of labels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.labels import fold_label, near_key


@pytest.mark.parametrize(
    "spelling", ["Cystic_Plate", "cystic plate", "CYSTIC  PLATE.", " Cystic\u00a0plate . ", "cystic_plate_"]
)
def test_spellings_of_one_structure_are_one_label(spelling: str) -> None:
    assert fold_label(spelling) == "cystic plate"


@pytest.mark.parametrize(
    ("spelling", "label"),
    [
        ("Behçet's disease", "behçet's disease"),
        ("Behc\u0327et", "behçet"),
        ("T1-weighted, 3.0 T", "t1-weighted, 3.0 t"),
        ("MR (Mag-netic Resonance Imaging).", "mr (mag-netic resonance imaging)"),
        ("\uff23\uff34", "ct"),
        ("肝脏", "肝脏"),
        ("4.", "4"),
        ("...", ""),
        ("_ \t\n", ""),
        ("", ""),
    ],
)
def test_the_rest_is_kept(spelling: str, label: str) -> None:
    assert fold_label(spelling) == label


def test_different_structures_stay_different() -> None:
    spellings = [
        "Left lung",
        "Right lung",
        "Lung",
        "Lungs",
        "COVID-19 negative",
        "COVID 19 negative",
        "Grade 1",
        "Grade 1+",
    ]
    assert len({fold_label(spelling) for spelling in spellings}) == len(spellings)


@settings(max_examples=500)
@given(st.text(st.characters() | st.sampled_from("._ \u0345\u0301\u2026\u1fb3\u0130"), max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    label = fold_label(text)
    assert fold_label(label) == fold_label(f" {text}. ") == label
    assert label == label.strip(" ").rstrip(". ")


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("lung", "The lungs."),
        ("left lung", "lung, left"),
        ("head of the pancreas", "pancreas head"),
        ("t2 weighted mri", "MRI - T2-weighted"),
        ("hodgkin lymphoma", "Hodgkin's lymphoma"),
        ("retinal detachment", "retinal detachment (RD)"),
        ("computed tomography", "CT (computed tomography)"),
        ("x-ray", "Xray"),
        ("inflammatory masses", "inflammatory mass"),
        ("biopsies", "a biopsy"),
    ],
)
def test_near_copies_share_a_key(label: str, other: str) -> None:
    assert near_key(label) == near_key(other)


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("left lung", "right lung"),
        ("left lung, upper right", "right lung, upper left"),
        ("hyperthyroidism", "hypothyroidism"),
        ("t1 weighted", "t2 weighted"),
        ("stage 2, grade 3", "stage 3, grade 2"),
        ("stage IIa", "stage IIb"),
        ("3.0 t", "30 t"),
        ("grade 1", "grade 1+"),
        ("her2+", "her2-"),
        ("5 mm", "-5 mm"),
        ("hepatitis a", "hepatitis"),
        ("liver above spleen", "spleen above liver"),
        ("no tumor, edema", "no edema, tumor"),
        ("no, the lung is clear today", "the lung is clear, no today"),
        ("pneumonia", "pneumonia (covid-19)"),
        ("malignant", "non-malignant"),
        ("lung", "lung lesion"),
        ("+", "++"),
    ],
)
def test_other_structures_have_other_keys(label: str, other: str) -> None:
    assert near_key(label) != near_key(other)


@given(st.text(st.characters() | st.sampled_from("()-' "), max_size=12))
def test_the_key_does_not_depend_on_how_a_label_is_spelled(text: str) -> None:
    assert near_key(text) == near_key(fold_label(text)) == near_key(f" {text}. ")
    assert near_key(text) or not fold_label(text)
