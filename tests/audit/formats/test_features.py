"""Features of form: what is generated from the options, under which names, and which of them are kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.audit.formats.features import Features, features_of
from curriculum_kit.audit.formats.names import name_of


def features(*texts: str) -> Features:
    return features_of(texts, np.ones(len(texts)), 1)


def holders(found: Features, slug: str) -> list[float]:
    return found.values([feature.slug for feature in found.named].index(slug)).tolist()


@pytest.mark.parametrize(
    ("texts", "slug"),
    [
        (("Gut", "liver"), "begins-upper-case"),
        (("gut.", "liver"), "ends-full-stop"),
        (("a  cyst", "a cyst"), "odd-white-space"),
        (("gut\u200b", "liver"), "ends-zero-width-space"),
        (("x\u2011ray", "x-ray"), "contains-non-breaking-hyphen"),
        (("An organ. Of blood", "An organ.of blood"), "several-sentences"),
        (("gut (organ)", "liver"), "ends-right-parenthesis"),
        (("the gut", "liver tissue"), "article"),
        (("mass 3", "mass three"), "contains-digit"),
    ],
)
def test_features_are_made_of_the_texts(texts: tuple[str, str], slug: str) -> None:
    assert holders(features(*texts), slug) == [1, 0]


def test_measures_count() -> None:
    found = features("MR scan", "a, b", "")
    assert holders(found, "characters") == [7, 4, 0]
    assert holders(found, "capitals") == [2, 0, 0]
    assert holders(found, "punctuation-marks") == [0, 1, 0]
    assert holders(found, "alphabet") == [2, 1, 0]


def test_letters_do_not_repeat_what_case_says() -> None:
    assert not any(feature.slug == "begins-g" for feature in features("Gut", "gut").named)


def test_flags_of_too_few_offers_are_left_out() -> None:
    texts, weights = ["gut.", "liver", "skin"], np.array([4, 5, 9])
    assert "ends-full-stop" in {f.slug for f in features_of(texts, weights, 4).named}
    assert "ends-full-stop" not in {f.slug for f in features_of(texts, weights, 5).named}


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6, unique=True))
def test_no_two_features_have_one_name_or_the_same_texts(texts: list[str]) -> None:
    found = features(*texts)
    assert len({feature.slug for feature in found.named}) == len(found.named)
    flags = found.flags.toarray()
    assert len({tuple(column) for column in flags.T}) == flags.shape[1]
    assert all(feature.has and feature.lacks and " " not in feature.slug for feature in found.named)


@pytest.mark.parametrize(
    ("family", "what", "name"),
    [
        ("ends", ".", "ends-full-stop"),
        ("contains", "\x00", "contains-u+0000"),
        ("shape", "Aa", "shape-capital-a-a"),
        ("first-word", "the", "first-word-the"),
        ("divided", "2 letters", "divided-2-letters"),
    ],
)
def test_names_are_plain(family: str, what: str, name: str) -> None:
    assert name_of(family, what) == name
