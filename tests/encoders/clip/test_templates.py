from pathlib import Path

import pytest

from curriculum_kit.encoders.clip.templates import (
    GENERIC,
    SLOT,
    TEMPLATES,
    Modality,
    modality_of,
    read_templates,
    templates_for,
    text_fingerprint,
)
from curriculum_kit.errors import ConfigInvalid, SourceNotFound

OMNIMEDVQA = {
    "Fundus Photography": Modality.FUNDUS,
    "Microscopy Images": Modality.MICROSCOPY,
    "X-Ray": Modality.X_RAY,
    "CT(Computed Tomography)": Modality.CT,
    "Dermoscopy": Modality.DERMOSCOPY,
    "OCT (Optical Coherence Tomography": Modality.OCT,
    "MR (Mag-netic Resonance Imaging)": Modality.MRI,
    "ultrasound": Modality.ULTRASOUND,
}


@pytest.mark.parametrize(("spelling", "meant"), OMNIMEDVQA.items())
def test_the_modalities_of_omnimedvqa_are_known(spelling: str, meant: Modality) -> None:
    assert modality_of(spelling) is meant


@pytest.mark.parametrize("spelling", [None, "", "photo", "doctor", "mrs", "status"])
def test_words_that_hold_an_abbreviation_are_no_modality(spelling: str | None) -> None:
    assert modality_of(spelling) is None


def test_every_modality_has_sentences_of_its_own() -> None:
    lists = [GENERIC, *(TEMPLATES[modality] for modality in Modality)]
    sentences = [sentence for some in lists for sentence in some]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.count(SLOT) == 1 for sentence in sentences)
    assert TEMPLATES[Modality.LAPAROSCOPY][0] == "a laparoscopic image of the {label}"


def test_several_modalities_share_the_ensemble() -> None:
    assert templates_for(["CT", "CT", None]) == TEMPLATES[Modality.CT]
    assert templates_for(["X-Ray", "CT"]) == TEMPLATES[Modality.CT][:3] + TEMPLATES[Modality.X_RAY][:3]
    assert len(templates_for(OMNIMEDVQA)) == 8
    assert templates_for([None, "photo"]) == GENERIC


def test_a_file_of_templates_is_read(tmp_path: Path) -> None:
    file = tmp_path / "templates.txt"
    file.write_text("# ours\n\n  a picture of {label}  \n{label}\n", encoding="utf-8")
    assert read_templates(str(file)) == ("a picture of {label}", "{label}")
    assert read_templates("laparoscopy") == TEMPLATES[Modality.LAPAROSCOPY]
    assert read_templates("generic") == GENERIC


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# nothing\n", "holds no template"),
        (b"{label}\na photo of {lable}\n", r"the template 'a photo of \{lable\}' lacks \{label\}"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
    ],
)
def test_a_wrong_file_of_templates_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "templates.txt"
    file.write_bytes(content)
    with pytest.raises(ConfigInvalid, match=message):
        read_templates(str(file))


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(SourceNotFound, match=r"no templates 'laparoscop' \(did you mean 'laparoscopy'\?\)"):
        read_templates("laparoscop")


def test_the_fingerprint_follows_model_and_sentences() -> None:
    prints = {text_fingerprint(model, some) for model in ("a", "b") for some in (GENERIC, GENERIC[:2], GENERIC[:1])}
    assert len(prints) == 6
