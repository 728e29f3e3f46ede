"""`mactuner models` without a Hub: what it takes, what it says, and how it ends."""

import json
from pathlib import Path

import pytest

from mactuner_tui.core import manifest, paths, shelf
from tests.unit.helpers import mactuner, put, write_model


def _refer(name: str, to: Path) -> None:
    folder = put(paths.models() / name, "model")
    made = manifest.read(folder)
    assert made is not None
    inputs = {"repo": "owner/name", "revision": "0" * 40}
    manifest.replace(folder, made.model_copy(update={"location": str(to), "inputs": inputs, "files": {}}))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", "x", "--limit", "0"], ["limit = 0", "greater than or equal to 1"]),
        (["search", "x", "--sort", "beauty"], ["sort = 'beauty'", "downloads"]),
        (["search", "x", "--smallest", "few"], ["--smallest"]),
        (["get", "owner/name", "--file", "model.bin"], ["file = 'model.bin'"]),
        (["get", "owner/name", "--name", "a/b"], ["name = 'a/b'"]),
        (["get", "a name"], ["owner/name", "mactuner models add"]),
        (["get", "owner/name", "--set", "speed=3"], ["speed is not a setting"]),
        (["add", "x", "--name", "../y"], ["name = '../y'"]),
        (["add"], ["PATH"]),
        (["rename", "x"], ["NEW"]),
        (["rename", "x", "a b"], ["name = 'a b': must be letters, digits"]),
        (["get", "starter", "--file", "x.gguf"], ["only --name", "--revision"]),
        (["get", "starter", "--name", "a b"], ["name = 'a b'"]),
        (["get", "huggingface.co/datasets/x/y"], ["is no model of the Hub"]),
        (["check", ""], ["source = ''"]),
        (["cache", "free"], ["Nothing is named", "--partials"]),
        (["login", "hf_secret"], ["unexpected extra argument"]),
    ],
)
def test_bad_arguments_end_with_2_and_are_named(arguments: list[str], words: list[str]) -> None:
    done = mactuner("models", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["show", "remove"])
def test_a_model_that_is_not_there_is_named(verb: str) -> None:
    done = mactuner("models", verb, "mine")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Error: No model 'mine' in the library.",
        "`mactuner models list` shows them.",
    ]


def test_the_list_tells_what_a_table_needs(tmp_path: Path) -> None:
    snapshot = write_model(tmp_path / "snapshot")
    _refer("download", snapshot)
    shelf.mark_used("download")
    adapter = put(paths.models() / "tuned", "adapter", "2026-11-23T10:00:00+00:00")
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(snapshot)}))
    told = json.loads(mactuner("models", "list", "--json").stdout)
    assert [(one["name"], one["kind"], one["origin"], one["base"]) for one in told] == [
        ("tuned", "adapter", "tuned", "download"),
        ("download", "model", "hub", None),
    ]
    assert [(one["used"] is None, one["is_there"]) for one in told] == [(True, True), (False, True)]
    assert told[1]["content"] == str(snapshot)
    words = mactuner("models", "list").stdout.splitlines()
    assert words[0].split() == ["name", "kind", "size", "parameters", "base", "origin", "last", "use"]
    assert words[1].split()[:2] == ["tuned", "adapter"]
    assert "download" in words[1]


def test_a_model_is_shown_with_the_memory_that_it_takes() -> None:
    model = write_model(paths.models() / "mine")
    shape = {"num_hidden_layers": 30, "hidden_size": 576, "intermediate_size": 1536, "num_attention_heads": 9}
    (model / "config.json").write_text(json.dumps({"model_type": "llama", "vocab_size": 49152, **shape}))
    manifest.write(model, kind="model", name="mine", job=None, inputs={"path": "/x"}, details={"parameters": 134515008})
    told = json.loads(mactuner("models", "show", "mine", "--json").stdout)
    assert (told["name"], told["origin"], told["facts"]["layers"]) == ("mine", "folder", 30)
    assert told["memory"]["full"]["total"] > max(told["memory"][method]["total"] for method in ("lora", "qlora"))
    assert told["memory"]["lora"]["total"] == sum(told["memory"]["lora"]["terms"].values())
    words = mactuner("models", "show", "mine").stdout
    assert all(word in words for word in ("folder path=/x", "135M", "49,152", "weights", "activations", "QLoRA", "≈"))


def test_a_model_is_renamed_and_removed() -> None:
    put(paths.models() / "old", "model")
    assert mactuner("models", "rename", "old", "new").stdout == "old is new now\n"
    undecided = mactuner("models", "remove", "new")
    assert (undecided.returncode, (paths.models() / "new").exists()) == (1, True)
    assert "Delete model new?" in undecided.stderr
    done = mactuner("models", "remove", "new", "--yes")
    assert (done.returncode, (paths.models() / "new").exists()) == (0, False)
    assert done.stdout.startswith("new deleted, ")


def test_of_a_referred_model_it_is_said_that_its_files_stay(tmp_path: Path) -> None:
    snapshot = write_model(tmp_path / "snapshot")
    _refer("mine", snapshot)
    assert f"Its files stay in {snapshot}" in mactuner("models", "remove", "mine").stderr
    done = mactuner("models", "remove", "mine", "--yes")
    assert done.stdout == f"mine deleted, its files stay in {snapshot}\n"
    assert len(list(snapshot.iterdir())) == 3


def test_what_needs_a_model_keeps_it(tmp_path: Path) -> None:
    base = put(paths.models() / "base", "model")
    adapter = put(paths.models() / "tuned", "adapter")
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base)}))
    for arguments in (["remove", "base", "--yes"], ["rename", "base", "other"]):
        done = mactuner("models", *arguments)
        assert done.returncode == 1
        assert "it is the base of tuned" in done.stderr
    assert base.exists()
