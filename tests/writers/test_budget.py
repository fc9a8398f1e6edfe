import asyncio

import pytest

from curriculum_kit.writers.budget import Budget, Usage, tokens_of, tokens_of_text


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("a" * 7, 2), ("a" * 8, 3), ("\N{CJK UNIFIED IDEOGRAPH-809D}", 1)]
)
def test_a_token_is_three_and_a_half_bytes(text: str, tokens: int) -> None:
    assert tokens_of_text(text) == tokens
    assert tokens_of([{"role": "user", "content": text}] * 2) == 2 * (tokens + 8)


def test_a_request_that_might_go_beyond_the_limit_is_turned_away() -> None:
    async def spend() -> None:
        budget = Budget(100, Usage(tokens_in=50))
        assert not await budget.reserve(51)
        assert await budget.reserve(50)
        await budget.settle(50, 20, 10, estimated=0)
        assert budget.used == Usage(1, 70, 10, 0)
        assert not await budget.reserve(21)
        assert await budget.reserve(20)

    asyncio.run(spend())


def test_what_is_set_aside_for_requests_under_way_is_waited_for() -> None:
    async def spend() -> None:
        budget = Budget(100)
        assert await budget.reserve(80)
        second = asyncio.create_task(budget.reserve(80))
        await asyncio.sleep(0)
        assert not second.done()
        await budget.settle(80, 15, 5, estimated=5)
        assert await second
        third = asyncio.create_task(budget.reserve(80))
        await asyncio.sleep(0)
        await budget.settle(80, 60, 10, estimated=0)
        assert not await third
        assert budget.used == Usage(2, 75, 15, 5)

    asyncio.run(spend())


def test_without_a_limit_everything_fits() -> None:
    assert asyncio.run(Budget().reserve(10**12))
