"""The README tells the truth: its commands exist, its tree is the tree, its output is what comes out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from curriculum_kit.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_every_command_is_in_the_table_and_nothing_else():
    assert set(re.findall(r"^\| `ckit ([a-z-]+)", README, re.MULTILINE)) == set(COMMANDS)


def test_every_option_that_is_shown_exists():
    shown = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ckit")]
    assert len(shown) >= 5
    for line in shown:
        name, *_ = line.split()[1:]
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--?[a-z-]+", line)) <= known, line


def test_the_tree_names_what_there_is():
    tree = next(block for block in blocks("text") if block.startswith("curriculum_kit/"))
    inside = [line.split()[0] for line in tree.splitlines() if line.startswith("  ")]
    package = ROOT / "curriculum_kit"
    there = {p.name + "/" if p.is_dir() else p.name for p in package.iterdir() if not p.name.startswith(("_", "."))}
    assert set(inside) == there - {"py.typed", "torchvision_repair.py"}


def test_the_python_blocks_compile():
    for block in blocks("python"):
        compile(block, "README.md", "exec")


@pytest.mark.model
def test_the_quickstart_prints_what_the_readme_shows(demo):
    command = [Path(sys.executable).with_name("ckit"), "inspect", "demo"]
    environment = {**os.environ, "COLUMNS": "80"}
    ran = subprocess.run(command, cwd=demo.parent, env=environment, capture_output=True, text=True, check=True)
    shown = next(block for block in blocks("text") if block.startswith("tier "))
    printed = [line.rstrip() for line in ran.stdout.splitlines()]
    assert printed[: len(shown.splitlines())] == shown.splitlines()


@pytest.mark.model
def test_the_audit_prints_what_the_readme_shows(demo):
    command = [Path(sys.executable).with_name("ckit"), "audit", "demo"]
    environment = {**os.environ, "COLUMNS": "80"}
    ran = subprocess.run(command, cwd=demo.parent, env=environment, capture_output=True, text=True, check=True)
    shown = next(block for block in blocks("text") if block.startswith("Right without"))
    assert shown in ran.stdout


@pytest.mark.model
def test_the_plan_prints_what_the_readme_shows(tmp_path):
    line = next(line for block in blocks("console") for line in block.splitlines() if "--plan-choices" in line)
    command = [Path(sys.executable).with_name("ckit"), *line.split()[2:]]
    environment = {**os.environ, "COLUMNS": "80"}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    shown = next(block for block in blocks("text") if block.startswith("4 options"))
    printed = [line.rstrip() for line in ran.stdout.splitlines()]
    start = printed.index(shown.splitlines()[0])
    assert printed[start : start + len(shown.splitlines())] == shown.splitlines()
    assert (tmp_path / "plan.png").stat().st_size > 10_000
