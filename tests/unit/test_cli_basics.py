"""The command as a person or a script calls it: what it prints where, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from mactuner_tui import __version__
from mactuner_tui.cli.commands import app
from mactuner_tui.core import paths
from tests.unit.helpers import mactuner, put, write_model


def _all_commands() -> Iterator[tuple[str, ...]]:
    """Every command by its words; the command itself by none."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    yield ()
    for name, command in root.commands.items():
        yield (name,)
        if isinstance(command, TyperGroup):
            yield from ((name, below) for below in command.commands)


def test_the_commands_are_those_of_the_manual() -> None:
    expected = {
        (),
        ("demo",),
        ("doctor",),
        ("train",),
        ("chat",),
        *((group,) for group in ("models", "data", "jobs")),
        *(("models", verb) for verb in ("list", "search", "get", "add", "show", "check", "rename", "remove")),
        *(("models", verb) for verb in ("cache", "login", "logout", "whoami")),
        *(("data", verb) for verb in ("list", "prepare", "remove")),
        *(("jobs", verb) for verb in ("list", "follow", "stop", "pause", "continue", "resume", "delete")),
    }
    assert expected <= set(_all_commands())


@pytest.mark.parametrize("words", _all_commands(), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Usage: mactuner" in shown.output
    options = [line.split() for line in shown.output.splitlines() if line.startswith("  -")]
    assert options
    assert all(len(option) > 1 for option in options)


def test_the_version_is_told() -> None:
    done = mactuner("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"mactuner {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dance"], ["dance"]),
        (["--screen", "kitchen"], ["kitchen", "data, training, chat"]),
        (["train", "--model", "starter"], ["data is missing"]),
        (["train", "--model", "starter", "--data", "stdlib", "--set", "lora.r=99"], ["lora.r = '99'", "64", "--help"]),
        (["train", "--spec", "/nowhere.toml"], ["/nowhere.toml cannot be read"]),
        (["data", "prepare", "stdlib", "--set", "rows=few"], ["rows = 'few'", "valid integer"]),
        (["data", "prepare", "stdlib", "--set", "split.seed=-1"], ["split.seed = '-1'", "greater than or equal to 0"]),
        (["models", "get", "everything"], ["'everything' is no model of the Hub", "owner/name"]),
        (["chat", "starter", "-p", "Hi", "--set", "temperature=3"], ["temperature = '3'", "2"]),
        (["jobs", "follow"], ["ID"]),
    ],
)
def test_bad_arguments_end_with_2_and_are_named(arguments: list[str], words: list[str]) -> None:
    done = mactuner(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr
    assert not paths.home().exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"model = ", b"spec = 5"])
def test_a_spec_file_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    spec = tmp_path / "run.toml"
    spec.write_bytes(content)
    done = mactuner("train", "--spec", str(spec))
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {spec}")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "wrong", "advice"),
    [
        (["models", "show", "mine"], "No model 'mine' in the library.", "`mactuner models list` shows them."),
        (["data", "remove", "mine"], "No dataset 'mine' in the library.", "`mactuner data list` shows them."),
        (["jobs", "stop", "train-1"], "train-1 is not a job folder.", "`mactuner jobs list` shows the jobs."),
        (["chat", "/nowhere", "-p", "Hi"], "No model '/nowhere'", "`mactuner models list` shows them."),
    ],
)
def test_what_fails_ends_with_1_and_says_what_is_wrong_and_what_to_do(
    arguments: list[str], wrong: str, advice: str
) -> None:
    done = mactuner(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("Error: ")
    assert wrong in first
    assert second == advice


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = mactuner("data", "prepare", "stdlib", MACTUNER_HOME=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "a part of that path is a file" in done.stderr
    assert "Point MACTUNER_HOME to a folder." in done.stderr


@pytest.mark.parametrize("group", ["models", "data", "jobs"])
def test_an_empty_list_says_how_to_fill_it_and_is_an_empty_list_in_json(group: str) -> None:
    shown = mactuner(group, "list")
    assert shown.returncode == 0
    assert "`mactuner " in shown.stdout
    asked = mactuner(group, "list", "--json")
    assert (asked.returncode, json.loads(asked.stdout), asked.stderr) == (0, [], "")


def test_artefacts_are_listed_shown_and_removed() -> None:
    name = "mine[bold]"
    folder = put(paths.models() / name, "adapter")
    assert name in mactuner("models", "list").stdout
    (listed,) = json.loads(mactuner("models", "list", "--json").stdout)
    assert (listed["folder"], listed["kind"], listed["size_bytes"]) == (str(folder), "adapter", 7)
    assert json.loads(mactuner("models", "show", name, "--json").stdout)["name"] == name
    assert name in mactuner("models", "show", name).stdout
    size = sum(file.stat().st_size for file in folder.iterdir())
    refused = mactuner("models", "remove", name)
    assert refused.returncode == 1
    assert folder.exists()
    removed = mactuner("models", "remove", name, "--yes")
    assert (removed.returncode, removed.stdout) == (0, f"{name} deleted, {size} B freed\n")
    assert [path.name for path in paths.models().iterdir()] == [".lock"]


def test_a_damaged_model_is_refused_by_chat(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    (model / "tokenizer.json").unlink()
    done = mactuner("chat", str(model), "-p", "Hi")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error: {model} has no tokenizer" in done.stderr
