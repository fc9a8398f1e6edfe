"""The letters that options stand at, in place of their labels: what is counted of labels can be counted of letters."""

from __future__ import annotations

import numpy as np

from curriculum_kit.offers import Coded, Offers


def letters_of(offers: Offers) -> Coded:
    """Return the letter of each offered option, a code of its own for each number of options.

    >>> import numpy as np, types
    >>> asked = types.SimpleNamespace(sizes=np.array([2, 3]), row=np.array([0, 0, 1, 1, 1]), start=np.array([0, 2, 5]))
    >>> letters = letters_of(asked)
    >>> [letters.texts[code] for code in letters.codes]
    ['option A of 2', 'option B of 2', 'option A of 3', 'option B of 3', 'option C of 3']
    """
    place = np.arange(len(offers.row)) - offers.start[offers.row]
    sizes = offers.sizes[offers.row]
    widest = int(sizes.max(initial=0)) + 1
    used, codes = np.unique(sizes * widest + place, return_inverse=True)
    return Coded(codes.astype(np.int32), [f"option {letter(key % widest)} of {key // widest}" for key in used.tolist()])


def letter(place: int) -> str:
    """Return the letter at a place counted from 0: A to Z, then the number of the place.

    >>> letter(0), letter(3), letter(26)
    ('A', 'D', '27')
    """
    return chr(ord("A") + place) if place < 26 else str(place + 1)
