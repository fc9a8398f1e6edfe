"""Options drawn for OmniMedVQA's questions about anatomy: how near the optimum, and what they give away."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from curriculum_kit.choice_design.asked import Asked, Goal, deal_tiers
from curriculum_kit.choice_design.draw import draw_choices
from curriculum_kit.choice_design.plan import even_goals, plan_choices
from curriculum_kit.similarity import PairTable, similarity_table

pytestmark = [pytest.mark.real_data, pytest.mark.model]

CONTAINED = [
    ("thyroid", "thyroid nodule"),
    ("lung", "lungs"),
    *(
        (bone, f"first {bone}")
        for bone in ("metacarpophalangeal", "proximal interphalangeal", "distal interphalangeal")
    ),
]


def asked_of(table: pa.Table) -> tuple[Asked, PairTable, np.ndarray, list[str]]:
    from curriculum_kit.encoders.text import TextEncoder

    labels = sorted(set(table["answer"].to_pylist()))
    pairs = similarity_table({"text": TextEncoder.load().encode(labels)}, {"text": 1.0})
    answer = pc.index_in(table["answer"], pa.array(labels)).to_numpy().astype(int)
    modality = pc.fill_null(table["modality"], "").combine_chunks().dictionary_encode().indices.to_numpy().astype(int)
    asked = Asked(table["question_id"].combine_chunks(), answer, modality, np.zeros(len(table), int))
    clashes = [[labels.index(one), labels.index(other)] for one, other in CONTAINED if {one, other} <= set(labels)]
    return asked, pairs, np.array(clashes), labels


def test_ultrasound_reaches_the_optimum_within_the_bound(anatomy: pa.Table) -> None:
    asked, pairs, clashes, _ = asked_of(anatomy.filter(pc.equal(anatomy["modality"], "ultrasound")))
    asked = replace(asked, tier=deal_tiers(asked, 3))
    drawn = draw_choices(asked, [Goal(target, 4, 0.03) for target in (0.0, 0.53, 1.0)], pairs, clashes)
    whole = replace(asked, tier=asked.tier * 0)
    bounded, _ = plan_choices(whole, pairs, clashes, options=[4], bounds=[0.03]).to_pylist()
    easiest, _, hardest = drawn.tiers
    assert easiest.mean == pytest.approx(bounded["lowest"], abs=0.02)
    assert hardest.mean == pytest.approx(bounded["highest"], abs=0.02)
    # Without any gain the optimum is 0.438 to 0.654.
    assert easiest.mean < 0.438
    assert hardest.mean > 0.654
    for tier in drawn.tiers:
        assert tier.gain <= 0.03
        assert tier.gain_out_of_fold <= 0.03
        share = np.bincount(drawn.answer_index[asked.tier == tier.tier], minlength=4) / tier.drawn
        assert np.abs(share - 0.25).max() < 0.01


def test_all_of_anatomy_rises_over_most_of_the_optimal_span(anatomy: pa.Table) -> None:
    asked, pairs, clashes, labels = asked_of(anatomy)
    assert len(labels) == 32
    bounded, alone = plan_choices(asked, pairs, clashes, options=[4], bounds=[0.03]).to_pylist()
    asked = replace(asked, tier=deal_tiers(asked, 4))
    drawn = draw_choices(asked, even_goals(asked, pairs, clashes, [4] * 4, max_gain=0.03), pairs, clashes, seed=1)
    means = [tier.mean for tier in drawn.tiers]
    assert (np.diff(means) > 0.05).all()
    assert means[-1] - means[0] > 0.8 * (bounded["highest"] - bounded["lowest"])
    assert all(tier.gain <= 0.03 for tier in drawn.tiers)
    # Each question on its own spans more, and a guesser gets most questions right.
    assert alone["highest"] - alone["lowest"] > bounded["highest"] - bounded["lowest"] + 0.2
    assert min(alone["gain_at_lowest"], alone["gain_at_highest"]) > 0.4
    for one, other in clashes:
        assert not ((drawn.options == one).any(axis=1) & (drawn.options == other).any(axis=1)).any()
    offered = pc.take(
        pa.array(labels), pa.array(drawn.options[drawn.kept].ravel(), mask=drawn.options[drawn.kept].ravel() < 0)
    )
    assert "skin" not in offered.to_pylist()  # the only answer of its modality: no other label is plausible beside it
