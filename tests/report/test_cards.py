"""Cards: a fair sample, and each question as a person sees it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from curriculum_kit.report.cards import cards_of, draw

Make = Callable[..., Any]


def test_rare_tiers_types_and_answers_are_all_there(shard_row: Make, tables: Make) -> None:
    """1,000 questions are alike; one tier, one type and one answer have a single question each."""
    rows = [shard_row(number, question_type="organ") for number in range(1_000)]
    rows += [shard_row(1_000, question_type="organ", answer_index=3), shard_row(1_001, question_type="rare")]
    rows += [shard_row(1_002, tier=1)]
    database = tables(rows)
    ids = draw(database, seed=0, most=10)
    assert len(set(ids)) == 10
    assert {"q1000", "q1001", "q1002"} <= set(ids)


def test_tiers_take_turns_until_one_has_no_more(shard_row: Make, tables: Make) -> None:
    tiers = [0] * 20 + [1] * 2 + [2] * 20
    database = tables([shard_row(number, tier=tier) for number, tier in enumerate(tiers)])
    ids = draw(database, seed=0, most=12)
    assert [tiers[int(name[1:])] for name in ids] == [0, 1, 2, 0, 1, 2, 0, 2, 0, 2, 0, 2]


def test_answers_share_a_tier_evenly(shard_row: Make, tables: Make) -> None:
    """Of 90, 9 and 9 questions with each answer, 18 cards show 6 each."""
    places = [0] * 90 + [1] * 9 + [2] * 9
    database = tables([shard_row(number, answer_index=place) for number, place in enumerate(places)])
    drawn = draw(database, seed=3, most=18)
    assert Counter(places[int(name[1:])] for name in drawn) == {0: 6, 1: 6, 2: 6}


def test_the_seed_decides(shard_row: Make, tables: Make) -> None:
    rows = [shard_row(number) for number in range(200)]
    forwards, backwards = tables(rows), tables(rows[::-1])
    assert draw(forwards, seed=1, most=20) == draw(backwards, seed=1, most=20)
    assert draw(forwards, seed=1, most=20) != draw(forwards, seed=2, most=20)


def test_a_card_has_the_similarity_of_every_two_choices(shard_row: Make, tables: Make) -> None:
    pairs = {("lung", "gut"): 0.1, ("heart", "gut"): 0.2, ("heart", "lung"): 0.3, ("liver", "spleen"): 0.9}
    row = shard_row(7, choices=["lung", "gut", "heart", "liver"], answer_index=2, difficulty_text=0.4, blind=0.3)
    (card,), images = cards_of(tables([row], similarity=pairs), ["q7"])
    # (lung, gut), (lung, heart), (lung, liver), (gut, heart), (gut, liver), (heart, liver)
    assert card.pairs == [0.1, 0.3, None, 0.2, None, None]
    assert (card.choices[card.answer_index], card.channels, card.blind) == ("heart", {"text encoder": 0.4}, 0.3)
    assert (card.pictures, images) == ([0], [("tiny", "7.png")])


def test_cards_stand_in_the_order_asked_for_and_share_images(shard_row: Make, tables: Make) -> None:
    shared = {"images": [{"bytes": b"...", "path": "shared.png"}, {"bytes": None, "path": "own.png"}]}
    rows = [shard_row(0, **shared), shard_row(1, images=[]), shard_row(2, images=shared["images"][:1])]
    rows += [shard_row(2, variant_id=variant, group_id="q2") for variant in (1, 2)]
    cards, images = cards_of(tables(rows), ["q2", "q0", "q1"])
    assert [card.question_id for card in cards] == ["q2", "q0", "q1"]
    assert images == [("tiny", "shared.png"), ("tiny", "own.png")]
    assert [card.pictures for card in cards] == [[0], [0, 1], []]
    assert [card.wordings for card in cards] == [3, 1, 1]


@pytest.mark.parametrize("most", [0, 5])
def test_there_may_be_fewer_questions_than_cards_or_none_asked_for(shard_row: Make, tables: Make, most: int) -> None:
    database = tables([shard_row(number) for number in range(3)])
    assert len(draw(database, seed=0, most=most)) == min(most, 3)
    assert cards_of(database, []) == ([], [])
