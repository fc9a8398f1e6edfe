"""An even part of the questions, where looking at all of them would take too long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curriculum_kit.offers import Coded, Offers


def every(offers: Offers, most: int) -> Offers:
    """Return at most so many of the questions, evenly spread over their order."""
    return offers if len(offers) <= most else offers.subset(np.arange(most) * len(offers) // most)


def affordable(offers: Offers, most_characters: int, least: int = 1) -> Offers:
    """Return all questions, or an even part whose distinct options hold about so many characters at most.

    Only options that are sentences of their own come to many: 100,000 labels of 20 characters hold 2 million. At
    least `least` questions are kept.
    """
    characters = sum(map(len, offers.option.texts))
    if characters <= most_characters:
        return offers
    part = every(offers, max(least, len(offers) * most_characters // characters))
    used, codes = np.unique(part.option.codes, return_inverse=True)
    return replace(part, option=Coded(codes.astype(np.int32), [part.option.texts[code] for code in used]))
