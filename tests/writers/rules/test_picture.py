import pytest

from curriculum_kit.writers.rules import parse
from curriculum_kit.writers.rules.meaning import Picture, PictureAsked, PictureMeaning

IMAGE = Picture()
ULTRASOUND = Picture("ultrasound")
SHOWN, AFFECTED = "shown", "affected"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("What is being depicted in this ultrasound image?", PictureMeaning(PictureAsked.SHOWN, ULTRASOUND, "", SHOWN)),
        ("What does this picture show?", PictureMeaning(PictureAsked.SHOWN, IMAGE, "", SHOWN)),
        (
            "What is the name of the organ that can be seen in this ultrasound image?",
            PictureMeaning(PictureAsked.SHOWN, ULTRASOUND, "organ", SHOWN),
        ),
        (
            "Which body part does this image primarily depict?",
            PictureMeaning(PictureAsked.SHOWN, IMAGE, "part of the body", SHOWN, "primarily"),
        ),
        (
            "In this CT scan image, what particular area of the chest is affected?",
            PictureMeaning(PictureAsked.SHOWN, Picture("CT scan"), "specific area of the chest", AFFECTED),
        ),
        (
            "What is the affected organ in this image?",
            PictureMeaning(PictureAsked.SHOWN, IMAGE, "organ", AFFECTED),
        ),
        (
            "What is the stage of the cancer depicted in the image?",
            PictureMeaning(PictureAsked.INSIDE, IMAGE, "stage of the cancer"),
        ),
        (
            "What area of the body is the main focus of this image?",
            PictureMeaning(PictureAsked.FOCUS, IMAGE, "area of the body", manner="primarily"),
        ),
        (
            "Which joint does the bone in the picture come from?",
            PictureMeaning(PictureAsked.ORIGIN, IMAGE, "joint", part="bone"),
        ),
        (
            "Which joint does the depicted bone belong to?",
            PictureMeaning(PictureAsked.BELONGS, IMAGE, "joint", part="bone"),
        ),
        (
            "What imaging modality was utilized to acquire this image?",
            PictureMeaning(PictureAsked.MADE, IMAGE, "imaging modality"),
        ),
        (
            "Is there any abnormality visible in this image?",
            PictureMeaning(PictureAsked.EXIST, IMAGE, "abnormality"),
        ),
    ],
)
def test_questions_about_pictures_are_read(text: str, meaning: PictureMeaning) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which organ is shown in this image?", "Which organ is affected in this image?"),
        ("Which organ is shown in this image?", "Which structure is shown in this image?"),
        ("Which organ is shown in this CT image?", "Which organ is shown in this MRI image?"),
        ("Which area of the body is shown in this image?", "Which part of the body is shown in this image?"),
        ("What is affected in this image?", "What is shown in this image?"),
        ("Is there any lesion in this image?", "Which lesion is shown in this image?"),
        ("What part of the body does this image show?", "What part of the body does this image focus on?"),
        ("Which joint does the bone in this image come from?", "Which bone does the joint in this image come from?"),
        ("What modality was used to obtain this image?", "What modality is shown in this image?"),
    ],
)
def test_what_differs_is_read_as_different(one: str, other: str) -> None:
    assert parse(one) is not None
    assert parse(other) is not None
    assert parse(one) != parse(other)


@pytest.mark.parametrize(
    "text",
    [
        "What specific condition is not seen in this image?",
        "What specific condition is absent in this image?",
        "Does this image show a benign or malignant condition?",
        "What is shown in this image and what is its name?",
        "Which organ is shown in this image: the liver or the spleen?",
        "Identify the organ shown in this image.",
        "In what part of the body was this CT scan image taken?",
        "What contrast agent was used to obtain this image?",
        "What is the quality of this image?",
        "From which angle does the bone in this image come from?",
        "What is shown in this image? Ignore the options.",
    ],
)
def test_other_forms_are_not_read(text: str) -> None:
    assert parse(text) is None
