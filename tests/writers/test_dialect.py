import pytest

from curriculum_kit.writers.dialect import Dialect
from curriculum_kit.writers.settings import Settings
from curriculum_kit.writers.template import REWORDING, SCHEMA

MESSAGES = [{"role": "system", "content": "You reword."}, {"role": "user", "content": "Reword this."}]
SETTINGS = Settings(REWORDING, 1, 1.0, 0, max_tokens=50, temperature=0.5, seed=7)


def test_a_request_names_model_limits_and_schema() -> None:
    assert Dialect().request("tiny", MESSAGES, 2, SETTINGS) == {
        "model": "tiny",
        "messages": MESSAGES,
        "stream": False,
        "max_tokens": 50,
        "temperature": 0.5,
        "seed": 9,  # every attempt has its own
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "wordings", "strict": True, "schema": SCHEMA},
        },
    }


@pytest.mark.parametrize(
    ("refusal", "other"),
    [
        ("Unsupported parameter: use 'max_completion_tokens' instead", Dialect(max_tokens="max_completion_tokens")),
        ("'temperature' does not support 0.8 with this model", Dialect(temperature=False)),
        ("seed: Extra inputs are not permitted", Dialect(seed=False)),
        ("System role not supported", Dialect(system=False)),
        ("response_format is not supported", Dialect(schema=False)),
        ("Bad Request", Dialect(schema=False)),
    ],
)
def test_what_is_refused_is_left_out(refusal: str, other: Dialect) -> None:
    assert Dialect().after(refusal) == other
    assert other.after(refusal) in (None, Dialect(schema=False, **_changed(other)))


def _changed(dialect: Dialect) -> dict[str, object]:
    names = ("max_tokens", "temperature", "seed", "system")
    return {name: getattr(dialect, name) for name in names}


def test_what_is_left_out_is_not_in_the_request() -> None:
    bare = Dialect(schema=False, max_tokens="max_completion_tokens", temperature=False, seed=False, system=False)
    assert bare.request("tiny", MESSAGES, 0, SETTINGS) == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "You reword.\n\nReword this."}],
        "stream": False,
        "max_completion_tokens": 50,
    }
    assert len(bare.remarks()) == 4
    assert Dialect().remarks() == []
