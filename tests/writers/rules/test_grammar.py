import random

from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.writers.rules import parse
from curriculum_kit.writers.rules.grammar import frames_for, write
from curriculum_kit.writers.rules.meaning import (
    Asked,
    Deed,
    DeedMeaning,
    Meaning,
    Picture,
    PictureAsked,
    PictureMeaning,
    Relation,
    SceneMeaning,
    Thing,
)
from curriculum_kit.writers.rules.things import Phrasing

COMPONENTS = ("liver", "gut", "cystic_plate", "omentum", "hook", "Gallbladder")


@st.composite
def things(draw: st.DrawFn) -> Thing:
    component = draw(st.none() | st.sampled_from(COMPONENTS))
    noun = draw(st.sampled_from(("thing", "object", "anatomy", "instrument")))
    kind = noun if noun in ("anatomy", "instrument") and component is None else None
    color = draw(st.none() | st.sampled_from(("red", "silver")))
    place = draw(st.none() | st.sampled_from(("top-left", "center", "bottom-mid")))
    return Thing(component, color, place, kind, noun)


RELATIONS = ("left", "right", "above", "below", "within", "horizontal", "vertical", "retracted", "cut")
CHAINS = st.lists(st.builds(Relation, st.sampled_from(RELATIONS), things()), max_size=3)
SCENES = st.builds(
    lambda asked, thing, chain: SceneMeaning(asked, thing, frozenset(chain), tuple(chain)),
    st.sampled_from(Asked),
    things(),
    CHAINS,
)
KNOWN = {
    Deed.DOING: "grasper",
    Deed.TOOL: "cystic_duct",
    Deed.ACTION: "liver",
    Deed.TARGET: "dissected",
    Deed.PRESENT: "tools",
}
DEEDS = st.sampled_from([DeedMeaning(deed, known) for deed, known in KNOWN.items()])

PICTURES = st.builds(
    Picture,
    st.sampled_from(("", "ultrasound", "CT scan", "provided", "given dermoscopic")),
    st.sampled_from(("image", "scan", "sonogram", "photograph", "visual representation")),
    st.sampled_from(("this", "the")),
)
SIMPLE = ("structure", "anatomical structure", "part of the body", "specific region of the chest", "abnormalities")
SIMPLE += ("type of abnormality", "diagnosis", "subject matter")
COMPLEX = ("stage of the cancer", "characteristics of the abnormality", "morphology of the cells")
PICTURE_MEANINGS = st.one_of(
    st.builds(
        PictureMeaning,
        st.just(PictureAsked.SHOWN),
        PICTURES,
        st.sampled_from(("", *SIMPLE)),
        st.sampled_from(("shown", "affected", "identified", "highlighted")),
        st.sampled_from(("", "primarily", "specifically")),
    ),
    st.builds(PictureMeaning, st.just(PictureAsked.INSIDE), PICTURES, st.sampled_from(COMPLEX)),
    st.builds(
        PictureMeaning,
        st.just(PictureAsked.FOCUS),
        PICTURES,
        st.sampled_from(SIMPLE),
        manner=st.sampled_from(("", "primarily", "specifically")),
    ).map(lambda meaning: PictureMeaning(meaning.asked, meaning.picture, meaning.noun, manner=meaning.manner)),
    st.builds(
        PictureMeaning,
        st.sampled_from((PictureAsked.ORIGIN, PictureAsked.BELONGS)),
        PICTURES,
        st.sampled_from(("joint", "organ")),
        part=st.just("bone"),
    ),
    st.builds(
        PictureMeaning, st.just(PictureAsked.MADE), PICTURES, st.sampled_from(("modality", "type of imaging technique"))
    ),
    st.builds(PictureMeaning, st.just(PictureAsked.EXIST), PICTURES, st.sampled_from(SIMPLE)),
)


@given(SCENES | DEEDS | PICTURE_MEANINGS, st.randoms(use_true_random=False), st.booleans())
def test_whatever_is_written_is_read_back_to_the_same_meaning(meaning: Meaning, rng: object, kept: bool) -> None:
    words = Phrasing(rng, frozenset({"liver", "gut", "cystic plate"}), frozenset({"anatomy"} if kept else ()))
    frames = list(frames_for(meaning))
    assert len(frames) >= 4
    for frame in frames:
        text = write(frame, meaning, words)
        assert parse(text) == meaning, text
        assert text.endswith("?")
        assert "  " not in text
        assert text[0].isupper()
        assert "{" not in text
        assert " the the " not in text.lower()
        assert " a a" not in text.lower()


@given(st.text(max_size=500))
def test_any_text_is_read_or_left_alone(text: str) -> None:
    assert parse(text) is None or text


WORDS = "what which is the are there a of in this image does show how many red thing that left above and it ? ; visible"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join))
def test_salads_of_known_words_are_read_to_what_can_be_written(text: str) -> None:
    meaning = parse(text)
    if meaning is not None:
        words = Phrasing(random.Random(0))
        assert all(parse(write(frame, meaning, words)) == meaning for frame in frames_for(meaning))


def test_longer_texts_than_any_question_are_left_alone() -> None:
    assert parse("What is the " + "red " * 150 + "thing?") is None
    assert parse("") is None
