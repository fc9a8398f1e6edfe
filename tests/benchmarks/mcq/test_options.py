from typing import Any

import pytest

from curriculum_kit.benchmarks.mcq import McqOptions
from curriculum_kit.errors import ConfigInvalid


@pytest.mark.parametrize("options", [{"name": "My Set"}, {"name": ""}, {"answer_base": 2}])
def test_options_that_are_wrong(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid):
        McqOptions(**options)
