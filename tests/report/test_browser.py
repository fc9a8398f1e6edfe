"""The page in a real Chromium: it draws, filters work, nothing is complained of, nothing is asked of a network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from curriculum_kit.report import render
from curriculum_kit.report.thumbnails import Picture, with_thumbnails

Make = Callable[..., Any]
pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=document.title='broken'><b>bold</b> & </script>"
LABELS = ["gut", "heart", "liver", "lung"]
SHOWN = "[...document.querySelectorAll('.card .id')].map((one) => one.textContent)"


@pytest.fixture(scope="module")
def page(
    shard_row: Make,
    tables: Make,
    report_of: Make,
    encoded: Callable[..., bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return a page of 20 questions in two tiers: q0 with an image and a region, q1 all markup."""
    rows = [
        shard_row(
            number,
            tier=number // 10,
            difficulty=number / 20,
            answer_index=number % 4,
            question_type=("organ", "other")[number % 2],
        )
        for number in range(20)
    ]
    rows[1] |= {"question": EVIL, "choices": [EVIL, *LABELS[1:]], "answer": "heart", "question_type": EVIL}
    pairs = {("gut", "heart"): 0.9, ("gut", "liver"): 0.2, ("gut", "lung"): 0.4, ("heart", "liver"): 0.6}
    report = report_of(tables(rows, similarity=pairs | {(EVIL, "heart"): 0.1}))
    region = {"label": "gut", "x0": 0.25, "y0": 0.5, "x1": 0.75, "y1": 1.0}
    pictures = [
        Picture(picture.path, regions=[region] if picture.path == "0.png" else []) for picture in report.pictures
    ]
    file = encoded(Image.new("RGB", (300, 150), (200, 30, 30)))
    report.pictures[:] = with_thumbnails(pictures, lambda place: file if pictures[place].regions else None)
    made = tmp_path_factory.mktemp("page") / "report.html"
    made.write_text(render(report), encoding="utf-8")
    return made


@pytest.fixture(autouse=True)
def quiet(tab: Any, page: Path) -> Any:
    """Ask of every test that the page neither complains nor asks for anything but itself."""
    yield
    assert tab.complaints == []
    asked = {url for url in tab.requests if not url.startswith(("data:", "about:"))}
    assert asked <= {page.as_uri()}
    assert tab.run("document.title") == "tiny: a curriculum"


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_section_is_drawn_and_nothing_is_wider_than_the_window(
    tab: Any, page: Path, width: int, height: int, theme: str
) -> None:
    tab.open(page, f"#theme={theme}", width=width, height=height)
    assert tab.run("[...document.querySelectorAll('section')].map((one) => one.id)") == [
        *("tiers", "difficulty", "similarity", "answers", "audit", "questions", "provenance")
    ]
    assert tab.run("document.querySelectorAll('svg path, svg rect').length") > 20
    assert tab.run("document.documentElement.scrollWidth") <= width
    background = tab.run("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 23, 26)"}[theme]


def test_text_of_a_question_is_text(tab: Any, page: Path) -> None:
    tab.open(page, "#find=q1&tier=0")
    assert tab.run(f"{SHOWN}.includes('q1')")
    assert tab.run("document.querySelectorAll('.card b, .card img[src=x], datalist b').length") == 0
    questions = tab.run("[...document.querySelectorAll('.card .question')].map((one) => one.textContent)")
    assert EVIL in questions


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("#tier=1&answer=liver", {"q10", "q14", "q18"}),
        ("#type=organ&tier=0&sort=hard", {"q0", "q2", "q4", "q6", "q8"}),
        ("#find=PICTURE%2017", {"q17"}),
        ("#answer=spleen", set()),
    ],
)
def test_filters_follow_the_address(tab: Any, page: Path, asked: str, wanted: set[str]) -> None:
    tab.open(page, asked)
    assert set(tab.run(SHOWN)) - {f"{number}.png" for number in range(20)} == wanted
    assert tab.run("document.getElementById('shown').textContent").startswith(f"{len(wanted)} card")


def test_the_address_follows_the_filters_by_keyboard_alone(tab: Any, page: Path) -> None:
    tab.open(page)
    assert tab.run("document.getElementById('shown').textContent") == "20 cards of 20, of which 12 are shown."
    tab.run("document.getElementById('tier').focus()")
    tab.press("ArrowDown")
    tab.press("ArrowDown")
    tab.until("location.hash === '#tier=1'")
    assert tab.run("document.getElementById('shown').textContent") == "10 cards of 20."
    tab.run("document.getElementById('find').focus()")
    for key in "q13":
        tab.press(key)
    tab.until("location.hash === '#tier=1&find=q13'")
    assert tab.run("document.querySelectorAll('.card').length") == 1
    tab.run("location.hash = '#tier=0'")
    tab.until("document.getElementById('find').value === ''")
    assert tab.run("document.getElementById('tier').value") == "0"


def test_a_card_holds_the_similarity_of_every_two_choices(tab: Any, page: Path) -> None:
    tab.open(page, "#find=picture%204")
    cells = "[...document.querySelectorAll('.near tr')].map((row) => [...row.children].map((cell) => cell.textContent))"
    # gut and heart; gut and liver, heart and liver; gut, heart and liver with lung
    assert tab.run(cells) == [
        ["B", "0.90", "", ""],
        ["C", "0.20", "0.60", ""],
        ["D", "0.40", "\N{EN DASH}", "\N{EN DASH}"],
        ["", "A", "B", "C"],
    ]


def test_of_many_choices_a_card_says_how_near_each_is_to_the_answer(
    tab: Any, page: Path, shard_row: Make, tables: Make, report_of: Make
) -> None:
    choices = [f"label {letter}" for letter in "abcdefgh"]
    database = tables([shard_row(0, choices=choices, answer_index=2)], similarity={("label b", "label c"): 0.25})
    page.with_name("many.html").write_text(render(report_of(database)), encoding="utf-8")
    tab.open(page.with_name("many.html"))
    tab.requests.clear()
    shown = tab.run("[...document.querySelectorAll('.card li')].map((one) => one.textContent)")
    assert shown[:4] == ["Alabel a\N{EN DASH}", "Blabel b0.25", "Clabel c ✓", "Dlabel d\N{EN DASH}"]


def test_more_cards_come_when_asked_for(tab: Any, page: Path) -> None:
    tab.open(page)
    tab.run("document.getElementById('more').click()")
    assert tab.run("document.querySelectorAll('.card').length") == 20
    assert tab.run("document.getElementById('more').hidden")


def test_a_region_lies_where_it_is_on_the_image(tab: Any, page: Path) -> None:
    tab.open(page, "#find=picture%200")
    tab.until("document.querySelector('.card img').complete")
    image, region = (
        tab.run(f"(({{x, y, width, height}}) => [x, y, width, height])({box}.getBoundingClientRect())")
        for box in ("document.querySelector('.card img')", "document.querySelector('.card .region')")
    )
    assert region[0] - image[0] == pytest.approx(image[2] / 4, abs=1)
    assert region[1] - image[1] == pytest.approx(image[3] / 2, abs=1)
    assert region[2:] == pytest.approx([image[2] / 2, image[3] / 2], abs=1)
    assert tab.run("document.querySelector('.region').classList.contains('right')")
    tab.run("document.getElementById('regions').click()")
    assert tab.run("getComputedStyle(document.querySelector('.region')).display") == "none"


def test_the_matrix_is_read_zoomed_and_sorted(tab: Any, page: Path) -> None:
    tab.open(page)
    tab.run("document.getElementById('order').value = 'name'")
    tab.run("document.getElementById('order').dispatchEvent(new Event('change'))")
    assert tab.run("location.hash") == "#order=name"
    told = "document.querySelector('.heat output').textContent"
    # By name, the second row is gut and the third heart: the first is markup.
    tab.run("document.querySelector('[role=application]').focus()")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        tab.press(key)
    assert tab.run(told) == "gut and heart: fused 0.90"
    tab.press("ArrowRight")
    assert tab.run(told) == "gut and liver: fused 0.20"
    tab.press("+")
    assert tab.run("document.querySelector('[role=application]').classList.contains('zoomed')")
    tab.press("0")
    assert not tab.run("document.querySelector('[role=application]').classList.contains('zoomed')")
    tab.run("document.getElementById('label').focus()")
    for key in "lung":
        tab.press(key)
    assert tab.run(told) == "Most similar to lung: gut 0.40."


MATRIX = "document.querySelector('[role=application]')"
ZOOMED = f"{MATRIX}.classList.contains('zoomed')"


def middle_of_the_matrix(tab: Any) -> tuple[float, float]:
    tab.run(f"{MATRIX}.scrollIntoView()")
    x, y = tab.run(f"(({{x, y, width}}) => [x + 0.3 * width, y + 0.2 * width])({MATRIX}.getBoundingClientRect())")
    return x, y


@pytest.mark.parametrize("is_clicked", [True, False])
def test_the_wheel_zooms_once_the_matrix_was_clicked(tab: Any, page: Path, is_clicked: bool) -> None:
    tab.open(page, height=600)
    x, y = middle_of_the_matrix(tab)
    before = tab.run("scrollY")
    for kind in ("mousePressed", "mouseReleased") if is_clicked else ():
        tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    tab.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-300)
    tab.until(f"{ZOOMED} || scrollY < {before}")
    assert tab.run(ZOOMED) == is_clicked


def test_two_fingers_zoom(tab: Any, page: Path) -> None:
    tab.open(page, width=390, height=844)
    tab.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    x, y = middle_of_the_matrix(tab)

    def touch(kind: str, *apart: int) -> None:
        points = [{"x": x + sign * each, "y": y, "id": sign} for each in apart for sign in (0, 1)]
        tab.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    touch("touchStart", 15)
    for apart in (25, 40, 60):
        touch("touchMove", apart)
    touch("touchEnd")
    tab.call("Emulation.setTouchEmulationEnabled", enabled=False)
    assert tab.run(ZOOMED)


def test_paper_is_light_and_unfolded(tab: Any, page: Path) -> None:
    tab.open(page, "#theme=dark")
    printed = tab.call("Page.printToPDF")["data"]
    assert len(printed) > 10_000
    tab.run("dispatchEvent(new Event('beforeprint'))")
    assert tab.run("document.querySelectorAll('details:not([open])').length") == 0
    assert tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.run("dispatchEvent(new Event('afterprint'))")
    assert tab.run("document.querySelectorAll('details[open]').length") == 0
    assert tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)"
