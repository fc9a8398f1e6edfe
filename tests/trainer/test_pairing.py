import re
from types import SimpleNamespace

import pytest

from curriculum_kit import torchvision_repair
from curriculum_kit.errors import ConfigInvalid
from trainer.config import parse_config
from trainer.plan import make_plan
from trainer.run import train

torchvision_repair.install()

from trl import GRPOTrainer  # noqa: E402
from trl.generation.vllm_generation import VLLMGeneration  # noqa: E402

NAMED = re.compile(r"\[(.*?)\]")
"""How the prompts of these tests begin: [group/wording]."""


class Client:
    """Stands for TRL's `VLLMClient`; its model answers a prompt with the name that stands in it."""

    def __init__(self, tokenizer):
        self.tokenizer, self.asked = tokenizer, []

    def get_server_info(self):
        return {"model_config": {"logprobs_mode": "processed_logprobs"}}

    def update_named_params(self, metadata, parameters):
        for _ in parameters:
            pass

    def reset_prefix_cache(self):
        pass

    def image_features(self, images):
        return [{"mm_placeholders": {"image": [None] * len(each)}} for each in images]

    def generate(self, prompts, features, n, **_):
        self.asked.append((len(prompts), n))
        names = [NAMED.search(self.tokenizer.decode(ids))[1] for ids in prompts]
        said = [self.tokenizer(name)["input_ids"] for name in names for _ in range(n)]
        logprobs = [[[-1.0] for _ in ids] for ids in said]
        return {"prompt_ids": prompts, "completion_ids": said, "logprobs": logprobs, "logprob_token_ids": None}


class Engine(Client):
    """Stands for vLLM's `LLM` in the same process."""

    def generate(self, prompts, sampling_params, use_tqdm):
        done = []
        for prompt in prompts:
            ids = self.tokenizer(NAMED.search(self.tokenizer.decode(prompt["prompt_token_ids"]))[1])["input_ids"]
            logprobs = [{token: SimpleNamespace(rank=1, logprob=-1.0)} for token in ids]
            completion = SimpleNamespace(token_ids=ids, logprobs=logprobs)
            done.append(SimpleNamespace(prompt_token_ids=prompt["prompt_token_ids"], outputs=[completion]))
        return done


@pytest.fixture
def vllm(monkeypatch):
    """Put clients in the place of vLLM's; they are listed as they are made."""
    made = []

    def connect(self):
        made.append((Client if self.mode == "server" else Engine)(self.processing_class.tokenizer))
        self.vllm_client = self.llm = made[-1]
        self.sync_weights = lambda: None

    monkeypatch.setattr(VLLMGeneration, "_init_vllm", connect)
    monkeypatch.setattr("trl.generation.vllm_generation.SamplingParams", dict, raising=False)
    return made


@pytest.fixture
def run(write_curriculum, tmp_path, settings, notes):
    curriculum = write_curriculum(tmp_path / "c", (2, 2))

    def train_in(mode, **section):
        vllm = {"use_vllm": mode != "transformers", "save_strategy": "no", "num_train_epochs": 1}
        vllm |= {"vllm_mode": mode} if vllm["use_vllm"] else {}
        section = settings["curriculum"] | section
        seen = notes()
        train(make_plan(curriculum, parse_config(settings | vllm | {"curriculum": section})), observer=seen)
        return [
            (f"{row['group_id']}/{row['variant_id']}", said)
            for batch in seen.batches
            for row, said in zip(batch.rows, batch.completions, strict=True)
        ]

    return train_in


@pytest.mark.parametrize("mode", ["server", "colocate"])
def test_each_completion_is_paired_with_its_own_prompt(run, vllm, mode):
    pairs = run(mode)
    assert len(pairs) == 32
    assert all(said == asked for asked, said in pairs)


def test_a_server_is_asked_each_wording_once(run, vllm):
    run("server")
    assert vllm[0].asked == [(8, 2)] * 2  # two groups of four wordings, two completions of each
    run("server", wordings=1)
    assert vllm[1].asked == [(2, 8)] * 2


def without_our_handling(monkeypatch):
    monkeypatch.setattr("trainer.grpo.CurriculumTrainer._generate_single_turn", GRPOTrainer._generate_single_turn)


def test_without_our_handling_a_server_answers_the_first_wording_alone(run, vllm, monkeypatch):
    without_our_handling(monkeypatch)
    monkeypatch.setattr("trainer.grpo.check_pairing", lambda *_: None)
    pairs = run("server")
    assert sum(said == asked for asked, said in pairs) == 8  # of 32
    assert {said.rpartition("/")[2] for _, said in pairs} == {"0"}


def test_without_our_handling_the_test_at_the_start_refuses_the_mode(run, vllm, monkeypatch):
    without_our_handling(monkeypatch)
    with pytest.raises(ConfigInvalid, match="vllm_mode server pairs completions with prompts they do not answer"):
        run("server")
    assert vllm[0].asked == []
    assert all(said == asked for asked, said in run("server", wordings=1))


def test_generation_that_mixes_up_its_rows_is_refused(run, monkeypatch):
    def reversed_rows(self, *arguments):
        completions, logprobs = GRPOTrainer._generate_single_turn(self, *arguments)
        return completions[::-1], logprobs

    monkeypatch.setattr("trainer.grpo.CurriculumTrainer._generate_single_turn", reversed_rows)
    with pytest.raises(ConfigInvalid, match="generation with transformers pairs completions"):
        run("transformers")
