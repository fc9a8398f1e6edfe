"""Tiny models with random weights, written here: they load in milliseconds and write noise."""

import json
import shutil

import pytest

from curriculum_kit.errors import ConfigInvalid, ModelUnavailable
from curriculum_kit.wordings import Ask, Failure, Reply, Variety, Wording
from curriculum_kit.writers.local import LocalWriter

ASKS = [Ask(f"What is part {number} of the liver{' there' * number}?", wanted=2) for number in range(3)]
END = 258  # the last of the tokenizer's 259 tokens
TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE


def written(writer, asks=ASKS):
    return [reply for _, reply in sorted(writer.write(asks), key=lambda one: one[0])]


@pytest.fixture
def tiny_chat(chat_model):
    return chat_model()


@pytest.fixture
def scripted(monkeypatch):
    """Return what makes the next-token choice follow a text; the model itself still runs for every token."""

    def script(folder, text):
        from transformers import AutoTokenizer, LogitsProcessor, LogitsProcessorList
        from transformers.generation import GenerationMixin

        tokens = [*AutoTokenizer.from_pretrained(folder).encode(text, add_special_tokens=False), END]
        generate = GenerationMixin.generate

        class Follow(LogitsProcessor):
            def __init__(self, start):
                self.start = start

            def __call__(self, input_ids, scores):
                wanted = scores.new_full(scores.shape, -1e9)
                wanted[:, tokens[input_ids.shape[1] - self.start]] = 0
                return wanted

        def following(self, input_ids, **other):
            follow = LogitsProcessorList([Follow(input_ids.shape[1])])
            return generate(self, input_ids, logits_processor=follow, **other)

        monkeypatch.setattr(GenerationMixin, "generate", following)

    return script


def test_random_weights_write_nothing_readable(tiny_chat) -> None:
    replies = written(LocalWriter(str(tiny_chat), device="cpu", max_tokens=8, batch_size=2))
    assert [reply.wordings for reply in replies] == [()] * 3
    assert {reply.failure for reply in replies} <= {Failure.UNREADABLE, Failure.CUT_OFF}
    assert all(0 < reply.tokens_out <= 8 for reply in replies)


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_a_good_reply_is_read(tiny_chat, scripted, temperature) -> None:
    text = json.dumps({"wordings": [{"text": "What is seen?", "variety": "perspective"}]})
    scripted(tiny_chat, text)
    writer = LocalWriter(str(tiny_chat), device="cpu", max_tokens=100, temperature=temperature)
    replies = written(writer, ASKS[:2])
    good = Wording("What is seen?", Variety.PERSPECTIVE)
    assert [reply.wordings for reply in replies] == [(good,)] * 2
    assert [reply.tokens_out for reply in replies] == [len(text)] * 2
    assert replies[1].tokens_in - replies[0].tokens_in == len(" there")  # a byte is a token; padding is none


def test_a_reply_that_ends_at_its_limit_is_cut_off(tiny_chat, scripted) -> None:
    scripted(tiny_chat, '{"wordings": [{"text": "What is seen?"}]}')
    (reply,) = written(LocalWriter(str(tiny_chat), device="cpu", max_tokens=12), ASKS[:1])
    assert (reply.failure, reply.tokens_out) == (Failure.CUT_OFF, 12)


def test_what_is_drawn_depends_on_the_seed(tiny_chat) -> None:
    def drawn(**other) -> list[Reply]:
        return written(LocalWriter(str(tiny_chat), device="cpu", max_tokens=12, **other))

    assert drawn() == drawn() != drawn(seed=1)
    assert drawn(temperature=0.0) == drawn(temperature=0.0, seed=1)


def test_a_template_without_a_system_message(chat_model, scripted) -> None:
    folder = chat_model(NO_SYSTEM)
    scripted(folder, '{"wordings": ["What is seen?"]}')
    (reply,) = written(LocalWriter(str(folder), device="cpu"), ASKS[:1])
    assert reply.wordings == (Wording("What is seen?"),)


def test_a_model_that_reads_too_little(chat_model) -> None:
    writer = LocalWriter(str(chat_model(context=64)), device="cpu")
    with pytest.raises(
        ModelUnavailable, match=r"local:tiny-chat reads 64 tokens and a prompt has 2,\d{3}; take a model"
    ):
        written(writer, ASKS[:1])


def test_a_model_that_is_no_chat_model(chat_model) -> None:
    with pytest.raises(ModelUnavailable, match="has no chat template; take one made for instructions"):
        written(LocalWriter(str(chat_model(None)), device="cpu"), ASKS[:1])


def test_nothing_is_loaded_for_nothing(tiny_chat, tmp_path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_chat, broken)
    (broken / "model.safetensors").write_bytes(b"broken")
    writer = LocalWriter(str(broken), device="cpu")
    assert written(writer, []) == []
    with pytest.raises(ModelUnavailable, match=r"does not load .*; fetch it again") as caught:
        written(writer)
    assert "\n" not in str(caught.value)


def test_a_model_that_is_not_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="the folder '/no/such' does not exist"):
        LocalWriter("/no/such")
    with pytest.raises(ModelUnavailable, match="holds no model"):
        LocalWriter(str(tmp_path))
    with pytest.raises(ModelUnavailable, match="no folder here and its weights are not in the Hugging Face cache"):
        LocalWriter("nobody/no-such-model-7b")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"device": "tpu"}, "device 'tpu' is not known; take cpu or auto"),
        ({"batch_size": 0}, "a batch of 0"),
        ({"temperature": 3}, "a temperature of 3"),
    ],
)
def test_arguments_that_make_no_sense(tiny_chat, given, words) -> None:
    with pytest.raises(ConfigInvalid, match=words):
        LocalWriter(str(tiny_chat), **given)


def test_the_fingerprint_is_that_of_files_and_sampling(tiny_chat, tmp_path) -> None:
    def made(folder=tiny_chat, **other):
        return LocalWriter(str(folder), **other).fingerprint

    moved = tmp_path / "moved"
    shutil.copytree(tiny_chat, moved)
    assert made(moved) == made()
    (moved / "generation_config.json").write_text("{}")
    others = [
        made(moved),
        made(seed=1),
        made(temperature=0),
        made(max_tokens=3),
        made(batch_size=3),
        made(device="cpu"),
    ]
    assert len({made(), *others}) == 7
    assert LocalWriter(str(moved)).name == "local:moved"
