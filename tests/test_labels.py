"""Folding of labels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.labels import fold_label


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
