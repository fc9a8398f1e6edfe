from types import SimpleNamespace

import pytest
import torch

from trainer.memory import estimate_memory

CONFIG = SimpleNamespace(hidden_size=8, num_attention_heads=2, num_key_value_heads=1, num_hidden_layers=3)


def model(trained):
    """Return a model of 100 weights, and 20 more of adapters where only these are trained."""
    weights = torch.nn.ParameterList([torch.nn.Parameter(torch.zeros(100), requires_grad=trained == "all")])
    if trained == "adapters":
        weights.append(torch.nn.Parameter(torch.zeros(20)))
    weights.config = SimpleNamespace(get_text_config=lambda: CONFIG)
    return weights


def arguments(**changed):
    known = {"max_completion_length": 10, "per_device_train_batch_size": 2, "steps_per_generation": 3, "beta": 0.1}
    return SimpleNamespace(**known | {"gradient_checkpointing": False} | changed)


def test_all_weights_have_gradients_moments_and_a_reference():
    seen = estimate_memory(model("all"), arguments(), bytes_per_weight=2, prompt_tokens=30, image_tokens=0)
    assert (seen.weights, seen.training, seen.reference, seen.pixels) == (200, 600, 200, 0)
    # 6 rollouts x 40 tokens x keys and values x 3 layers x 1 head of 4, in 2 bytes.
    assert seen.cache == 6 * 40 * 2 * 3 * 4 * 2
    assert seen.activations == 2 * 40 * 34 * 8 * 3
    assert seen.total == 1000 + seen.activations


def test_adapters_are_kept_in_32_bits_and_need_no_reference():
    seen = estimate_memory(model("adapters"), arguments(), bytes_per_weight=2, prompt_tokens=30, image_tokens=0)
    assert (seen.weights, seen.training, seen.reference) == (100 * 2 + 20 * 4, 3 * 20 * 4, 0)


@pytest.mark.parametrize("recomputed", [True, False])
def test_activations_that_are_recomputed_are_those_of_one_layer_and_the_inputs_of_all(recomputed):
    asked = arguments(gradient_checkpointing=recomputed)
    seen = estimate_memory(model("all"), asked, bytes_per_weight=2, prompt_tokens=30, image_tokens=1)
    assert seen.activations == 2 * 40 * (34 * 8 + 2 * 8 * 3 if recomputed else 34 * 8 * 3)
    assert seen.pixels == 6 * 4 * 14 * 14 * 3 * 2 * 4
