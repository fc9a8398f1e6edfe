import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit import torchvision_repair
from trainer.refill import exchanged, replacements


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=12),
    st.integers(0, 9),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_dead_groups_give_way_to_others_of_their_tier(tiers: list[int], seed: int, dead: list[bool]) -> None:
    tier = np.sort(np.array(tiers))
    groups = np.arange(min(3, len(tier)))
    dead = dead[: len(groups)]
    chosen = replacements(tier, groups, dead, f"{seed}")
    assert (tier[chosen] == tier[groups]).all()
    assert len(set(chosen.tolist())) == len(groups)
    assert [a for a, gone in zip(groups.tolist(), dead, strict=True) if not gone] == [
        a for a, gone in zip(chosen.tolist(), dead, strict=True) if not gone
    ]
    assert replacements(tier, groups, dead, f"{seed}").tolist() == chosen.tolist()


def test_a_tier_without_further_groups_keeps_its_dead_ones() -> None:
    assert replacements(np.array([0, 1, 1]), np.array([0, 1]), [True, False], "0").tolist() == [0, 1]


@pytest.fixture(scope="module")
def torch():
    torchvision_repair.install()
    return pytest.importorskip("torch")


def test_rows_of_two_batches_are_put_together(torch) -> None:
    first = {
        "prompt_ids": torch.tensor([[1, 2], [9, 3]]),
        "prompt_mask": torch.tensor([[1, 1], [0, 1]]),
        "completion_ids": torch.tensor([[4, 5, 6], [7, 9, 9]]),
        "completion_mask": torch.tensor([[1, 1, 1], [1, 0, 0]]),
        "advantages": torch.tensor([0.0, 0.5]),
        "num_items_in_batch": torch.tensor(4),
        "mm_token_type_ids": torch.tensor([[1, 1, 0, 0, 0], [0, 1, 0, 0, 0]]),
        "old_per_token_logps": torch.tensor([[-1.0, -2.0, -3.0], [-4.0, 0.0, 0.0]]),
        # Images of 1 x 1 x 2 and 1 x 1 x 1 patches.
        "pixel_values": torch.tensor([[10.0], [11.0], [12.0]]),
        "image_grid_thw": torch.tensor([[1, 1, 2], [1, 1, 1]]),
        "num_images": [1, 1],
    }
    second = {
        "prompt_ids": torch.tensor([[21, 22, 23], [24, 25, 26]]),
        "prompt_mask": torch.ones(2, 3, dtype=torch.long),
        "completion_ids": torch.tensor([[31, 32], [33, 34]]),
        "completion_mask": torch.ones(2, 2, dtype=torch.long),
        "advantages": torch.tensor([-0.7, 0.7]),
        "num_items_in_batch": torch.tensor(4),
        "mm_token_type_ids": torch.tensor([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0]]),
        "old_per_token_logps": torch.tensor([[-5.0, -6.0], [-7.0, -8.0]]),
        "pixel_values": torch.tensor([[20.0], [21.0]]),
        "image_grid_thw": torch.tensor([[1, 1, 1], [1, 1, 1]]),
        "num_images": [1, 1],
    }
    made = exchanged(first, second, [True, False], pad_token=9)
    assert made["prompt_ids"].tolist() == [[21, 22, 23], [9, 9, 3]]
    assert made["prompt_mask"].tolist() == [[1, 1, 1], [0, 0, 1]]
    assert made["completion_ids"].tolist() == [[31, 32, 9], [7, 9, 9]]
    assert made["completion_mask"].tolist() == [[1, 1, 0], [1, 0, 0]]
    assert made["advantages"].tolist() == pytest.approx([-0.7, 0.5])
    assert made["mm_token_type_ids"].tolist() == [[1, 1, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0]]
    assert made["old_per_token_logps"].tolist() == [[-5.0, -6.0, 0.0], [-4.0, 0.0, 0.0]]
    assert made["pixel_values"].tolist() == [[20.0], [12.0]]
    assert made["image_grid_thw"].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert first["prompt_ids"].tolist() == [[1, 2], [9, 3]]
