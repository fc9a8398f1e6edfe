"""The import hook runs in processes of its own: an import cannot be undone."""

import importlib.util
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

FAKE_TORCH = """
defined = []
class _Namespace: pass
class ops: torchvision = _Namespace()
class library:
    class Library:
        def __init__(self, namespace, kind): self.namespace = namespace
        def define(self, schema): defined.append((self.namespace, schema.split("(")[0]))
"""


def run(code: str, path: Path | None = None) -> str:
    """Run `code` in a fresh interpreter, with `path` before everything else, and return what it prints."""
    if path is not None:
        code = f"import sys; sys.path.insert(0, {str(path)!r})\n" + code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def fake_packages(folder: Path, *, compiled_part_loads: bool) -> None:
    """Write a torch that notes what is declared, and a torchvision laid out like the real one."""
    (folder / "torch.py").write_text(FAKE_TORCH)
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("from . import extension\nfrom torchvision import _meta_registrations\n")
    (package / "extension.py").write_text(f"def _has_ops(): return {compiled_part_loads}\n")
    (package / "_meta_registrations.py").write_text("")


def test_the_installed_torchvision_imports_once_the_hook_is_in() -> None:
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    code = """
        from curriculum_kit.torchvision_repair import install
        install()
        import torch, torchvision
        print(torch.ops.torchvision.nms is not None)
    """
    assert run(textwrap.dedent(code)) == "True"


def test_install_loads_nothing_and_adds_one_hook_however_often_it_is_called() -> None:
    code = """
        import sys
        before = len(sys.meta_path)
        from curriculum_kit.torchvision_repair import install
        install(); install(); install()
        print(len(sys.meta_path) - before, {"torch", "torchvision"} & set(sys.modules))
    """
    assert run(textwrap.dedent(code)) == "1 set()"


@pytest.mark.parametrize(
    ("compiled_part_loads", "declared"),
    [(False, "[('torchvision', 'nms'), ('torchvision', 'qnms')]"), (True, "[]")],
)
def test_operators_are_declared_only_where_the_compiled_part_does_not_load(
    tmp_path: Path, compiled_part_loads: bool, declared: str
) -> None:
    fake_packages(tmp_path, compiled_part_loads=compiled_part_loads)
    code = "from curriculum_kit.torchvision_repair import install; install(); import torchvision, torch"
    assert run(f"{code}; print(torch.defined)", tmp_path) == declared


def test_an_operator_that_somebody_else_declared_is_left_alone(tmp_path: Path) -> None:
    fake_packages(tmp_path, compiled_part_loads=False)
    code = "import torch; torch.ops.torchvision.nms = 1; from curriculum_kit.torchvision_repair import install"
    assert run(f"{code}; install(); import torchvision; print(torch.defined)", tmp_path) == "[('torchvision', 'qnms')]"


def test_without_torchvision_its_import_fails_as_ever() -> None:
    code = """
        import importlib.util, sys
        from curriculum_kit.torchvision_repair import install
        install()
        sys.modules["torchvision"] = None  # what Python itself takes for "not installed"
        try:
            import torchvision
        except ImportError as error:
            print(type(error).__name__, "torch" in sys.modules)
    """
    assert run(textwrap.dedent(code)) == "ModuleNotFoundError False"
