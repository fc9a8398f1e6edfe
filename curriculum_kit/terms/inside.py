"""Which of many sets lie within which others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def inside(small: Sequence[frozenset[str]], large: Sequence[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """Yield the places (i, j), i other than j, for which all of small[i] is in large[j]. Empty sets are in none.

    >>> list(inside([frozenset("a"), frozenset("ab")], [frozenset("a"), frozenset("ab")]))
    [(0, 1)]
    """
    holding: dict[str, set[int]] = {}
    for place, members in enumerate(large):
        for member in members:
            holding.setdefault(member, set()).add(place)
    none: set[int] = set()
    wider: dict[frozenset[str], set[int]] = {}
    for place, members in enumerate(small):
        if members not in wider:
            # The rarest member first: an intersection costs as much as its smaller set is large.
            holders = sorted((holding.get(member, none) for member in members), key=len)
            wider[members] = set.intersection(*holders) if holders else none
        for other in wider[members]:
            if other != place:
                yield place, other
