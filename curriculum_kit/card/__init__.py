"""The data card of a curriculum: what it was made of and what it holds, for people."""

from curriculum_kit.card.page import data_card

__all__ = ["data_card"]
