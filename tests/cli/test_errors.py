"""Wrong use and bad input: exit code 2, one line on stderr, never a traceback; and help that fits."""

import inspect
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curriculum_kit.cli.app import app

Ckit = Callable[..., Any]

COMMANDS = {command.name: command.callback for command in app.registered_commands}


def omnimedvqa(content: str | bytes) -> Path:
    path = Path("omni") / "QA_information" / "Open-access" / "T.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Path("omni")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b'[{"question": "cut', "is no valid JSON at line 1 column"),
        (b"\xff\xfe[]", "is not UTF-8 (byte 0)"),
        (b"{}", "holds a JSON dict, not an array"),
        (b"[]", "holds no rows"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[1, 2]", "gives no usable question (2 not_an_object)"),
    ],
)
def test_a_source_that_cannot_be_read(content: bytes, says: str, ckit: Ckit) -> None:
    assert says in ckit("ingest", "omnimedvqa", omnimedvqa(content), "-o", "tables").mistake


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("omnimedvqa", "absent", "-o", "t"), "absent does not exist; check the path"),
        (("omnimedqva", "vectors.npz", "-o", "t"), "unknown benchmark 'omnimedqva' (did you mean 'omnimedvqa'?)"),
        (("slake", "grpo", "-o", "t"), "it looks like anatomy-r1: ckit ingest anatomy-r1 grpo -o DIR"),
        (("mcq", "rows.json", "-o", "rows.json"), "rows.json is a file, not a folder; choose another -o"),
        (("mcq", "rows.json", "-o", "."), ". holds something else"),
        (("mcq", "rows.json", "-o", "t", "--images", "absent"), "absent is no folder"),
        (("mcq", "rows.json", "-o", "t", "--map", "question=nope"), "column 'nope' for question is absent"),
        (("mcq", "rows.json", "-o", "t", "--map", "x"), "'x' is not FIELD=COLUMN"),
        (
            ("mcq", "rows.json", "-o", "t", "--answer-kind", "lettr"),
            "(did you mean 'letter'?): use text, letter, index",
        ),
        (("slake", "rows.json", "-o", "t", "--map", "a=b"), "--map goes with mcq, not with slake"),
        (("mcq", "rows.json", "-o", "t", "--scenes", "3"), "--scenes goes with phantom, not with mcq"),
        (("phantom", "grpo", "-o", "t"), "grpo is not empty"),
    ],
)
def test_an_ingest_that_cannot_be(words: tuple[str, ...], says: str, ckit: Ckit, source: Path, vectors: Path) -> None:
    Path("grpo").mkdir()
    row = {"instruction": "Question:\nWhich?\nAnatomy Options:\nA. Gut\nB. Liver", "solution": "A", "answer": "Gut"}
    Path("grpo/GRPO.json").write_text(json.dumps([row | {"images": "a.png"}]))
    assert says in ckit("ingest", *words).mistake
    assert not Path("t").exists() or not list(Path("t").glob("[!.]*"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--where", "split == = 3"], "--where 'split == = 3' fails: Parser Error"),
        (["--where", "splt = 'x'"], "fails: Binder Error"),
        (["--where", "split = 'x'"], "no question meets --where \"split = 'x'\""),
        (["--where", "random() < 0.5"], "selects other questions each time"),
        (["--tiers", "57"], "too few for 57 tiers"),
        (["--tiers", "0"], "tiers: input should be greater than or equal to 1, saw 0"),
        (["--prompt", "thinkk"], "unknown prompt 'thinkk' (did you mean 'think'?)"),
        (["--images", "embed"], "--images embed needs the images; name their folder with --image-root"),
        (["--images", "embed", "--image-root", "absent"], "image folder absent does not exist"),
        (["--text-model", "./absent"], "give a text model or precomputed vectors, not both"),
        (["--sample"], "name folders or take the sample, not both"),
        (["--max-blind", "1.5"], "max_blind: input should be less than or equal to 1, saw 1.5"),
        (["--max-blind", "nan"], "max_blind: input should be "),
        (
            ["--tie-break", "blind", "--where", "split = 'unassigned' AND hash(question_id) % 2 = 0"],
            "it takes 50 or more;",
        ),
        (["--max-blind", "0"], "every question is answered without its image more often than --max-blind 0.0"),
        (["--memory", "lots"], "memory: "),
        (["--memory", "1KB"], "DuckDB ran out of the memory it may use, 800MB unless you set it; raise --memory"),
        (["--config", "absent.toml"], "absent.toml does not exist; check the path given to --config"),
        (["--config", "tables"], "tables is a folder; check the path given to --config"),
    ],
)
def test_a_build_that_cannot_be(options: list[str], says: str, ckit: Ckit, tables: Path, vectors: Path) -> None:
    assert says in ckit("build-curriculum", "tables", "--embeddings", vectors, "-o", "made", *options).mistake
    assert not Path("made/manifest.json").exists()


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"labels": ["gut"], "vectors": np.eye(1)}, "lacks 7 of 8 labels"),
        ({"labels": ["gut", "liver"], "vectors": np.eye(3)}, "2 labels but 3 vectors"),
        ({"labels": ["gut"], "vectors": np.array([[np.nan, 1.0]])}, "gut"),
        ({"labels": ["gut"], "vectors": np.array([1.0, 2.0])}, "make it (labels, width) of floats"),
        ({"labels": ["gut"], "vectors": np.array([[{}]], dtype=object)}, "never objects"),
        ({"labels": ["gut"]}, "lacks the array vectors"),
    ],
)
def test_vectors_that_do_not_fit(arrays: dict[str, Any], says: str, ckit: Ckit, tables: Path) -> None:
    np.savez("bad.npz", **arrays)
    assert says in ckit("build-curriculum", tables, "--embeddings", "bad.npz", "-o", "made").mistake


def test_a_text_model_that_is_absent(ckit: Ckit, tables: Path) -> None:
    line = ckit("build-curriculum", tables, "--text-model", "./absent", "-o", "made").mistake
    assert line == "the folder './absent' does not exist; pass a model folder as --text-model"


def test_all_mistakes_of_a_config_file_are_named(ckit: Ckit) -> None:
    Path("bad.toml").write_text(
        'tiers = 0\nseed = "x"\nmax-blind = "x"\nwher = "true"\nsample = true\nsources = ["a"]\n'
    )
    line = ckit("build-curriculum", "--config", "bad.toml", "-o", "made").mistake
    assert line.startswith("bad.toml: ")
    for part in ("tiers: ", "seed: ", "max_blind: ", "wher: unknown key (did you mean 'where'?)", "sample: "):
        assert part in line


def test_sources_that_are_no_ingest(ckit: Ckit, tables: Path, curriculum: Path, vectors: Path) -> None:
    def refusal(folder: Path | str, output: str = "made") -> str:
        line: str = ckit("build-curriculum", folder, "--embeddings", vectors, "-o", output).mistake
        return line

    assert refusal(curriculum) == f"{curriculum} holds a curriculum; name a folder that ckit ingest wrote"
    assert refusal("absent") == "absent does not exist; name a folder that ckit ingest wrote"
    Path("empty").mkdir()
    assert refusal("empty") == "empty holds no finished ingest; name a folder that ckit ingest wrote"
    shutil.copytree(tables, "broken")
    Path("broken/questions.parquet").write_bytes(b"PAR1 and nothing else")
    assert refusal("broken").startswith("broken/questions.parquet is no readable Parquet file")
    assert refusal(tables, output=str(tables)).endswith("is one of the folders to read from; choose another -o")


def test_one_folder_twice(ckit: Ckit, tables: Path, vectors: Path) -> None:
    line = ckit("build-curriculum", tables, tables, "--embeddings", vectors, "-o", "made").mistake
    assert line.startswith("56 questions stand in more than one of the folders named")


def test_a_curriculum_with_other_options(ckit: Ckit, tables: Path, curriculum: Path, vectors: Path) -> None:
    build = ("build-curriculum", tables, "--embeddings", vectors, "-o", curriculum)
    assert "built otherwise (tiers 3 -> 4); choose another -o" in ckit(*build, "--tiers", 4).mistake
    assert ckit(*build, "--tiers", 4, "--force").code == 0


@pytest.mark.parametrize("query", ["", "SELEC", "SELECT * FROM nowhere", "SELECT nothing FROM shards"])
def test_a_query_that_fails(query: str, ckit: Ckit, curriculum: Path) -> None:
    assert ckit("inspect", curriculum, "--sql", query).mistake.startswith("--sql ")


def test_what_cannot_be_inspected(ckit: Ckit, tables: Path, vectors: Path, curriculum: Path) -> None:
    assert "absent does not exist" in ckit("inspect", "absent").mistake
    assert ckit("build-curriculum", tables, "--embeddings", vectors, "-o", "made", "--tiers", 57).code == 2
    assert ckit("inspect", "made").mistake == "made holds an unfinished run; run its command again"
    shard = next(curriculum.rglob("part-*.parquet"))
    data = bytearray(shard.read_bytes())
    data[100:-300] = bytes(len(data) - 400)
    shard.write_bytes(data)
    assert "holds a table that cannot be read" in ckit("inspect", curriculum).mistake


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["--nonsense"],
        ["ingest", "mcq"],
        ["ingest", "mcq", "rows.json"],
        ["build-curriculum", "tables"],
        ["build-curriculum", "tables", "-o", "made", "--nonsense"],
        ["build-curriculum", "tables", "-o", "made", "--tiers", "many"],
        ["build-curriculum", "tables", "-o", "made", "--difficulty", "mean"],
        ["build-curriculum", "tables", "-o", "made", "--max-blind", "x"],
        ["build-curriculum", "tables", "-o", "made", "--tie-break", "blnd"],
        ["audit"],
        ["audit", "tables", "--seed", "-1"],
        ["inspect"],
    ],
)
def test_wrong_use_ends_with_2_and_says_how_to_get_help(words: list[str], ckit: Ckit) -> None:
    result = ckit(*words)
    assert result.code == 2
    assert result.out == ""
    assert "--help' for help." in result.err
    assert "Traceback" not in result.err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such name")
def test_a_path_that_is_no_utf8(ckit: Ckit, source: Path) -> None:
    folder = Path("caf\udce9")
    folder.mkdir()
    shutil.copy(source, folder / "rows.json")
    assert "cannot be written as UTF-8; rename" in ckit("ingest", "mcq", folder / "rows.json", "-o", "t").mistake


def test_a_reader_that_has_gone_is_no_traceback(curriculum: Path) -> None:
    code = "from curriculum_kit.cli import main; main()"
    command = [sys.executable, "-c", code, "inspect", str(curriculum), "--json", "--sql", "SELECT * FROM shards"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "[\n"
        process.stdout.close()
        assert process.stderr.read() == ""


def test_without_a_command_the_help_is_shown(ckit: Ckit) -> None:
    result = ckit()
    assert all(command in result.out + result.err for command in COMMANDS)
    assert "Traceback" not in result.err


def test_the_version(ckit: Ckit) -> None:
    from curriculum_kit import __version__

    assert ckit("--version").out == f"ckit {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_and_has_an_example_to_copy(command: str, ckit: Ckit) -> None:
    result = ckit(command, "--help")
    assert result.code == 0
    assert all(len(line) <= 80 for line in result.out.splitlines())
    documentation = inspect.getdoc(COMMANDS[command]) or ""
    examples = [line.strip() for line in documentation.splitlines() if line.startswith("  ckit ")]
    assert examples
    assert all(example in map(str.strip, result.out.splitlines()) for example in examples)
