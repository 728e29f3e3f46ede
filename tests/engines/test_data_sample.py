"""The sample dataset: real text, in the form every tool reads, split without overlap."""

import json
from pathlib import Path

import pytest

from mactuner_tui.core import manifest
from mactuner_tui.core.records import Conversation, read_records
from mactuner_tui.core.specs.data import PrepareSpec
from tests.running import run_to_end


@pytest.fixture
def sample(home: Path) -> Path:
    run_to_end(PrepareSpec())
    return home / "datasets" / "stdlib"


def test_rows_are_questions_and_answers_split_eight_to_two(sample: Path) -> None:
    train, valid = (list(read_records(sample / f"{part}.jsonl")) for part in ("train", "valid"))
    assert len(train) + len(valid) == 1100
    assert len(train) == 4 * len(valid)
    answers = []
    for row in (*train, *valid):
        assert isinstance(row, Conversation)
        assert [message["role"] for message in row.messages] == ["user", "assistant"]
        answers.append(row.messages[1]["content"])
    assert len(set(answers)) == len(answers)


def test_the_manifest_tells_where_it_came_from(sample: Path) -> None:
    made = manifest.read(sample)
    assert made is not None
    assert made.kind == "dataset"
    assert "docstrings of Python" in made.inputs["source"]
    assert made.details["seed"] == 42
    assert set(made.files) == {"train.jsonl", "valid.jsonl"}


def test_the_same_seed_makes_the_same_rows(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MACTUNER_HOME", str(tmp_path / "other"))
    run_to_end(PrepareSpec())
    again = tmp_path / "other" / "datasets" / "stdlib"
    assert (again / "valid.jsonl").read_bytes() == (sample / "valid.jsonl").read_bytes()


def test_lines_are_plain_json(sample: Path) -> None:
    first = json.loads((sample / "train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert set(first) == {"messages"}


def test_fewer_rows_are_drawn_at_random(home: Path) -> None:
    run_to_end(PrepareSpec(rows=50))
    made = manifest.read(home / "datasets" / "stdlib")
    assert made is not None
    assert (made.details["clean"], made.details["train_rows"], made.details["valid_rows"]) == (1100, 40, 10)
