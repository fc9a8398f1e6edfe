import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.prompts import TEMPLATES
from trainer.rewards import Length, accuracy, format, has_format, reward_functions, text_of

CHOICES = [["gut", "liver"], ["spleen", "lung"]]
RIGHT_AND_WRONG = ["<answer>B</answer>", "<answer>B</answer>"]


def test_accuracy_takes_texts_and_conversations_and_either_column():
    as_messages = [[{"role": "assistant", "content": text}] for text in RIGHT_AND_WRONG]
    as_parts = [[{"role": "assistant", "content": [{"type": "text", "text": text}]}] for text in RIGHT_AND_WRONG]
    for completions in (RIGHT_AND_WRONG, as_messages, as_parts):
        assert accuracy(completions, choices=CHOICES, answer_index=[1, 0], tier=[0, 0]) == [1.0, 0.0]
        assert accuracy(completions, choices=CHOICES, solution=["B", "a"]) == [1.0, 0.0]


def test_accuracy_says_what_it_lacks():
    with pytest.raises(ConfigInvalid, match="accuracy needs answer_index or solution"):
        accuracy(RIGHT_AND_WRONG, choices=CHOICES)
    for solution in ("", "AB", "liver", None):
        with pytest.raises(ConfigInvalid, match=f"solution {solution!r} is no letter"):
            accuracy(RIGHT_AND_WRONG, choices=CHOICES, solution=["B", solution])


def test_format_asks_for_what_the_prompt_asks_for():
    thinking, bare = "<think>Brown.</think><answer>B</answer>", "<answer>B</answer>"
    prompts = [TEMPLATES[name].render("What?", ["gut", "liver"]) for name in ("think", "think", "answer", "answer")]
    assert format([thinking, bare, thinking, bare], prompts=prompts) == [1.0, 0.0, 0.0, 1.0]
    assert format([thinking, bare]) == [1.0, 0.0]


@pytest.mark.parametrize(
    "completion",
    [
        "<answer>B</answer><answer>B</answer>",
        "<answer> </answer>",
        "<answer>B",
        "<answer>B</answer>.",
        "<answer><think>x</think></answer>",
        "",
    ],
)
def test_what_is_no_answer_block_alone(completion):
    assert not has_format(completion, "answer")


def test_an_unknown_form_is_refused():
    with pytest.raises(ConfigInvalid, match=r"format of 'thinks' \(did you mean 'think'\?\)"):
        has_format("", "thinks")


def test_length_falls_from_one_to_zero_over_the_ramp():
    # limit 100, ramp 20: 1 up to 80 tokens, (100 - 90) / 20 at 90, 0 from 100 on
    completion_ids = [[0] * tokens for tokens in (0, 80, 90, 99, 100, 500)]
    scores = Length(100, 20)([""] * 6, completion_ids=completion_ids, choices=None)
    assert scores == [1.0, 1.0, 0.5, 0.05, 0.0, 0.0]
    assert Length(100).tokens_of_ramp == 20
    assert Length(100).__name__ == "length"
    with pytest.raises(ConfigInvalid, match="a ramp of 30 tokens to a limit of 20"):
        Length(20, 30)


def test_names_become_functions_and_weights_in_their_order():
    functions, weights = reward_functions({"format": 0.5, "accuracy": 1, "length": 0}, completion_tokens=50)
    assert [function.__name__ for function in functions] == ["format", "accuracy", "length"]
    assert weights == [0.5, 1.0, 0.0]
    assert functions[2](["", ""], completion_ids=[[0] * 40, [0] * 50]) == [1.0, 0.0]


@pytest.mark.parametrize("path", ["own_rewards_a:brief", "own_rewards_a.brief"])
def test_a_function_of_the_users_own_beside_the_config(tmp_path, monkeypatch, path):
    (tmp_path / "own_rewards_a.py").write_text(
        "def brief(completions, **columns):\n    return [0.25] * len(completions)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (function,), _ = reward_functions({path: 1})
    assert function(["x", "y"]) == [0.25, 0.25]


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"acuracy": 1}, "'acuracy' is no reward (did you mean 'accuracy'?); known are accuracy, format, length"),
        ({"absent_module:f": 1}, "the module of reward 'absent_module:f' cannot be imported (No module named"),
        ({"own_rewards_b:f": 1}, "the module of reward 'own_rewards_b:f' cannot be imported (broken)"),
        ({"json:dump_s": 1}, "json has no function 'dump_s' (did you mean 'dumps'?)"),
        ({"json:": 1}, "'json:' is no reward"),
        ({"accuracy": "1"}, "the weight of accuracy is '1', must be a number"),
        ({"accuracy": float("nan")}, "the weight of accuracy is nan"),
        ({"accuracy": True}, "the weight of accuracy is True"),
        ({"accuracy": 0}, "no reward has a weight other than 0"),
        ({}, "no reward has a weight other than 0"),
    ],
)
def test_mistakes_are_said_in_one_line(tmp_path, monkeypatch, weights, says):
    (tmp_path / "own_rewards_b.py").write_text("raise RuntimeError('broken\\nfor good')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ConfigInvalid) as raised:
        reward_functions(weights)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_all_mistakes_at_once():
    with pytest.raises(ConfigInvalid, match=r"'acuracy' is no reward.*'fromat' is no reward"):
        reward_functions({"acuracy": 1, "fromat": 1})


@given(
    st.text(), st.lists(st.text(), min_size=1, max_size=8), st.integers(0, 7), st.integers(1, 400), st.integers(0, 500)
)
def test_every_score_lies_within_zero_and_one(completion, choices, right, limit, tokens):
    scores = [
        *accuracy([completion], choices=[choices], answer_index=[right]),
        *format([completion], prompts=[completion]),
        *Length(limit)([completion], completion_ids=[[0] * tokens]),
    ]
    assert all(0 <= score <= 1 for score in scores)


def test_a_message_without_text_is_empty():
    assert text_of([{"role": "assistant", "content": None}, {"role": "assistant"}]) == "\n"


def test_importing_them_loads_neither_torch_nor_trl():
    code = "import sys, json, trainer.rewards, trainer.answers; print(json.dumps(sorted(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {"torch", "trl", "transformers", "datasets", "pyarrow"} & set(json.loads(shown.stdout))
