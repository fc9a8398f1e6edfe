"""The sentences that a label is put into before CLIP's text tower reads it.

A bare label is not what CLIP was trained on: it read captions, and one that names how the image was made places
the label among images of that kind. Several sentences are averaged, because one alone carries the accident of
its wording (Radford et al. 2021, arXiv 2103.00020, section 3.1.4: an ensemble beats any single template).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from curriculum_kit.errors import ConfigInvalid, SourceNotFound, did_you_mean

SLOT = "{label}"
"""What a template must hold: the place of the label."""

ENSEMBLE = 6
"""Sentences per label, about: each costs a pass of the text tower, ViT-B-32 reads 20 a second on two cores."""


class Modality(StrEnum):
    """How an image was made, as far as templates tell it apart."""

    LAPAROSCOPY = "laparoscopy"
    ENDOSCOPY = "endoscopy"
    OCT = "oct"
    CT = "ct"
    MRI = "mri"
    X_RAY = "x-ray"
    ULTRASOUND = "ultrasound"
    DERMOSCOPY = "dermoscopy"
    MICROSCOPY = "microscopy"
    FUNDUS = "fundus"
    PET = "pet"


GENERIC = (
    "a medical image of the {label}",
    "a medical image showing the {label}",
    "a photo of the {label}, a clinical image",
    "an image from a medical examination of the {label}",
    "a clinical picture of {label}",
    "the {label} as seen in a medical image",
)
"""Where nobody knows how the images were made."""

TEMPLATES: dict[Modality, tuple[str, ...]] = {
    Modality.LAPAROSCOPY: (
        "a laparoscopic image of the {label}",
        "a frame of a laparoscopic video showing the {label}",
        "the {label} seen through a laparoscope",
        "an intraoperative view of the {label} in minimally invasive surgery",
        "a photo of the {label} during laparoscopic cholecystectomy",
        "laparoscopy, {label}",
    ),
    Modality.ENDOSCOPY: (
        "an endoscopic image of the {label}",
        "a frame of an endoscopic video showing the {label}",
        "the {label} seen through an endoscope",
        "an endoscopy finding of {label}",
        "a photo of the {label} during endoscopy",
        "endoscopy, {label}",
    ),
    Modality.OCT: (
        "an optical coherence tomography scan of the {label}",
        "an OCT image showing {label}",
        "a retinal OCT scan with {label}",
        "an OCT cross-section of the {label}",
        "optical coherence tomography of the eye, {label}",
        "OCT, {label}",
    ),
    Modality.CT: (
        "a CT scan of the {label}",
        "a computed tomography image showing the {label}",
        "an axial CT slice of the {label}",
        "a CT image with {label}",
        "the {label} on computed tomography",
        "CT, {label}",
    ),
    Modality.MRI: (
        "an MRI scan of the {label}",
        "a magnetic resonance image showing the {label}",
        "an MRI slice of the {label}",
        "an MR image with {label}",
        "the {label} on magnetic resonance imaging",
        "MRI, {label}",
    ),
    Modality.X_RAY: (
        "an X-ray of the {label}",
        "a radiograph showing the {label}",
        "a plain film of the {label}",
        "an X-ray image with {label}",
        "the {label} on a radiograph",
        "X-ray, {label}",
    ),
    Modality.ULTRASOUND: (
        "an ultrasound image of the {label}",
        "a sonogram showing the {label}",
        "a B-mode ultrasound scan of the {label}",
        "an ultrasound scan with {label}",
        "the {label} on ultrasonography",
        "ultrasound, {label}",
    ),
    Modality.DERMOSCOPY: (
        "a dermoscopic image of {label}",
        "a dermatoscopy photo showing {label}",
        "a close-up photo of the skin with {label}",
        "a skin lesion, {label}",
        "{label} under the dermatoscope",
        "dermoscopy, {label}",
    ),
    Modality.MICROSCOPY: (
        "a microscopy image of {label}",
        "a micrograph showing {label}",
        "a histology slide of {label}",
        "a stained tissue section with {label}",
        "{label} under the microscope",
        "microscopy, {label}",
    ),
    Modality.FUNDUS: (
        "a fundus photograph of {label}",
        "a colour fundus image showing {label}",
        "a retinal photograph with {label}",
        "the fundus of the eye, {label}",
        "{label} on fundus photography",
        "fundus photography, {label}",
    ),
    Modality.PET: (
        "a PET scan of the {label}",
        "a positron emission tomography image showing the {label}",
        "a PET slice of the {label}",
        "a nuclear medicine image with {label}",
        "the {label} on positron emission tomography",
        "PET, {label}",
    ),
}
"""The sentences of each modality, the plainest first."""

_SPELLINGS = {
    Modality.LAPAROSCOPY: r"laparoscop|cholecystectom",
    Modality.ENDOSCOPY: r"endoscop|colonoscop|gastroscop|bronchoscop",
    Modality.OCT: r"\boct\b|optical coherence",  # before CT: both are tomography
    Modality.PET: r"\bpet\b|positron|nuclear medicine|scintigra",
    Modality.CT: r"\bct\b|computed tomograph|computeri[sz]ed tomograph",
    Modality.MRI: r"\bmri?\b|magnetic|mag-netic",
    Modality.X_RAY: r"\bx-? ?ray|radiograph|mammogra|\bcxr\b",
    Modality.ULTRASOUND: r"ultraso|sonogra|\bus\b|echocardi",
    Modality.DERMOSCOPY: r"dermoscop|dermatoscop|skin",
    Modality.MICROSCOPY: r"microscop|histolog|patholog|cytolog",
    Modality.FUNDUS: r"fundus|retinal photo",
}


def modality_of(spelling: str | None) -> Modality | None:
    """Return the modality that a benchmark means, or None where it says nothing that is known here.

    >>> modality_of("MR (Mag-netic Resonance Imaging)")
    <Modality.MRI: 'mri'>
    >>> modality_of("OCT (Optical Coherence Tomography")
    <Modality.OCT: 'oct'>
    >>> modality_of("unknown") is None
    True
    """
    folded = (spelling or "").casefold().replace("_", " ")
    return next((modality for modality, known in _SPELLINGS.items() if re.search(known, folded)), None)


def templates_for(spellings: Iterable[str | None]) -> tuple[str, ...]:
    """Return the sentences for labels of a benchmark that spells its modalities so; `GENERIC` where none is known.

    All labels share them: two labels in sentences of two modalities would differ by their sentences. Of several
    modalities each gives its first few, so that there are about `ENSEMBLE` in all, and at least one of each.
    """
    found = sorted({modality for modality in map(modality_of, spellings) if modality}, key=list(Modality).index)
    each = max(1, ENSEMBLE // max(1, len(found)))
    return tuple(template for modality in found for template in TEMPLATES[modality][:each]) or GENERIC


def read_templates(name: str) -> tuple[str, ...]:
    """Return the sentences that a user named: a modality, `generic`, or a text file with one template per line.

    Empty lines and lines that begin with `#` are passed over. Raises `SourceNotFound` where there is no such file
    or modality, and `ConfigInvalid` for a file that is no text, holds no template, or a line without `{label}`.
    """
    known = [*(modality.value for modality in Modality), "generic"]
    if name in known:
        return GENERIC if name == "generic" else TEMPLATES[Modality(name)]
    path = Path(name).expanduser()
    if not path.is_file():
        raise SourceNotFound(
            f"there are no templates {name!r}{did_you_mean(name, known)}; "
            f"give a text file with one per line, or one of {', '.join(known)}"
        )
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} is no text in UTF-8; write one template per line, with {SLOT} in it") from error
    return checked_templates([line for line in lines if line and not line.startswith("#")], str(path))


def checked_templates(templates: Iterable[str], origin: str) -> tuple[str, ...]:
    """Return the templates, or raise `ConfigInvalid` where there is none or one lacks its `{label}`."""
    found = tuple(templates)
    if not found:
        raise ConfigInvalid(f"{origin} holds no template; write one per line, with {SLOT} where the label goes")
    without = [template for template in found if SLOT not in template]
    if without:
        raise ConfigInvalid(f"{origin}: the template {without[0]!r} lacks {SLOT}; write it where the label goes")
    return found


def fill(template: str, labels: Iterable[str]) -> list[str]:
    """Return the sentence of each label.

    >>> fill("an X-ray of the {label}", ["left lung", "{heart}"])
    ['an X-ray of the left lung', 'an X-ray of the {heart}']
    """
    return [template.replace(SLOT, label) for label in labels]


def text_fingerprint(model: str, templates: Iterable[str]) -> str:
    """Return the SHA-256 that changes whenever label vectors may: with the model's fingerprint or a sentence."""
    return hashlib.sha256("\n".join([model, *templates]).encode()).hexdigest()
