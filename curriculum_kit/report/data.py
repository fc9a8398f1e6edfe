"""All that the page shows, as plain data: what its script gets as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from curriculum_kit.report.audit import Audit
from curriculum_kit.report.cards import Card, Sample
from curriculum_kit.report.groups import Groups
from curriculum_kit.report.matrix import Matrix
from curriculum_kit.report.overview import Answers, Curve, Histogram, Tier
from curriculum_kit.report.provenance import Provenance
from curriculum_kit.report.thumbnails import Picture
from curriculum_kit.report.training import Training


@dataclass(frozen=True)
class Report:
    """One page. Shares and similarities are from 0 to 1."""

    name: str
    """What the curriculum's folder is called."""
    tiers: list[Tier]
    curve: Curve
    histograms: list[Histogram]
    matrix: Matrix | None
    """None where no two labels were compared."""
    answers: Answers
    audit: Audit
    sample: Sample
    cards: list[Card]
    pictures: list[Picture]
    """The images of the cards; a card names them by their place here."""
    groups: Groups | None
    training: Training | None
    provenance: Provenance
