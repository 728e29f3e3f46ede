"""From every kind of file to a prepared dataset whose tokens and labels are those of an independent rendering."""

import csv
import gzip
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from transformers import AutoTokenizer

from mactuner_tui.core.records import read_records
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec
from mactuner_tui.engines.data import sample
from mactuner_tui.engines.models.loading import load_tokenizer
from mactuner_tui.engines.training.tokens import tokenise
from mactuner_tui.runtime import jobs
from tests.running import run_to_end

ROWS = 500
Row = dict[str, Any]
Rendering = tuple[tuple[int, ...], tuple[bool, ...]]


@pytest.fixture(scope="module")
def conversations() -> list[list[Row]]:
    """500 rows of the sample."""
    return [row["messages"] for row in itertools.islice(sample.rows(), ROWS)]


def _pairs(talks: list[list[Row]], asks: str, answers: str) -> list[Row]:
    return [{asks: talk[0]["content"], answers: talk[1]["content"]} for talk in talks]


def _lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _separated(rows: list[Row], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _sharegpt(talks: list[list[Row]]) -> list[Row]:
    names = {"user": "human", "assistant": "gpt"}
    return [
        {"conversations": [{"from": names[said["role"]], "value": said["content"]} for said in talk]} for talk in talks
    ]


def _columns(rows: list[Row]) -> Row:
    return {name: {str(number): row[name] for number, row in enumerate(rows)} for name in rows[0]}


def _write_parquet(path: Path, talks: list[list[Row]]) -> None:
    pq.write_table(pa.Table.from_pylist([{"messages": talk} for talk in talks]), path)


def _write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(gzip.compress(text.encode(encoding)) if path.suffix == ".gz" else text.encode(encoding))


Write = Callable[[Path, list[list[Row]]], None]
FILES: dict[str, Write] = {
    "messages.jsonl": lambda path, talks: _write(path, _lines([{"messages": talk} for talk in talks])),
    "messages.parquet": _write_parquet,
    "sharegpt.json": lambda path, talks: _write(path, json.dumps(_sharegpt(talks))),
    "alpaca.json.gz": lambda path, talks: _write(path, json.dumps({"data": _pairs(talks, "instruction", "output")})),
    "columns.json": lambda path, talks: _write(path, json.dumps(_columns(_pairs(talks, "question", "answer")))),
    "completion.jsonl.gz": lambda path, talks: _write(path, _lines(_pairs(talks, "prompt", "completion"))),
    "questions.csv": lambda path, talks: _write(path, _separated(_pairs(talks, "Question", "Answer"), ";")),
    "questions.tsv": lambda path, talks: _write(path, _separated(_pairs(talks, "query", "response"), "\t"), "utf-16"),
}


@pytest.fixture(scope="module")
def rendered(unpacked_starter: Path, conversations: list[list[Row]]) -> set[Rendering]:
    """Token ids and label masks by transformers alone: each answer is what its prefix has beyond the one before it."""
    tokenizer = AutoTokenizer.from_pretrained(unpacked_starter)

    def ids(messages: list[Row], opening: bool = False) -> list[int]:
        told: Any = tokenizer.apply_chat_template(messages, add_generation_prompt=opening)
        return list(told["input_ids"])

    return {
        (
            tuple(ids(talk)),
            tuple(len(ids(talk[:1], opening=True)) <= place < len(ids(talk[:2])) for place in range(len(ids(talk)))),
        )
        for talk in conversations
    }


@pytest.mark.parametrize("name", FILES)
def test_tokens_and_labels_are_those_of_an_independent_rendering(
    name: str, starter: Path, conversations: list[list[Row]], rendered: set[Rendering], tmp_path: Path, home: Path
) -> None:
    FILES[name](tmp_path / name, conversations)
    run_to_end(PrepareSpec(source=str(tmp_path / name), name="made"))
    folder = home / "datasets" / "made"
    records = [record for part in ("train", "valid") for record in read_records(folder / f"{part}.jsonl")]
    rows = tokenise(records, load_tokenizer(starter), max_length=10_000).rows
    assert len(rows) == ROWS
    assert {(tuple(row.ids.tolist()), tuple(row.learnt.tolist())) for row in rows} == rendered
    assert all(isinstance(row.ids, np.ndarray) for row in rows)


TEXTS: dict[str, tuple[str, dict[str, str]]] = {
    "lines.txt": ("one row a line\nanother row\na third\n\nthe fourth\n", {}),
    "paragraphs.txt": ("one row\nof two lines\n\nanother row\n\na third\n\n\nthe fourth", {"text_unit": "paragraph"}),
    "texts.csv": ('id,text\n1,one row\n2,"another, longer\nrow"\n3,a third\n4,the fourth\n', {}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_plain_text_is_learnt_as_a_whole(name: str, starter: Path, tmp_path: Path, home: Path) -> None:
    text, reading = TEXTS[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    run_to_end(PrepareSpec.of({"source": str(tmp_path / name), "name": "made", "reading": reading}))
    tokenizer = AutoTokenizer.from_pretrained(starter)
    folder = home / "datasets" / "made"
    written = [(folder / f"{part}.jsonl").read_text(encoding="utf-8") for part in ("train", "valid")]
    lines = [json.loads(line) for text in written for line in text.splitlines()]
    assert len(lines) == 4
    records = [record for part in ("train", "valid") for record in read_records(folder / f"{part}.jsonl")]
    for line, row in zip(lines, tokenise(records, load_tokenizer(starter), max_length=512).rows, strict=True):
        assert row.ids.tolist() == [*tokenizer(line["text"])["input_ids"], tokenizer.eos_token_id]
        assert row.learnt.all()


def _trained(data: str) -> list[int]:
    """The steps of a short run."""
    settings = {"per_device_train_batch_size": 1, "max_steps": 1, "max_length": 64, "eval_steps": 0, "warmup_steps": 0}
    run = run_to_end(TrainSpec.of({"model": "starter", "data": data, "lora": LoraSpec(r=4), **settings}))
    return jobs.Watcher().history(run).steps


def test_training_starts_on_what_was_prepared(starter: Path, tmp_path: Path) -> None:
    talks = [[{"role": "user", "content": f"{name}?"}, {"role": "assistant", "content": f"{name}!"}] for name in "abcd"]
    FILES["questions.csv"](tmp_path / "talks.csv", talks)
    (tmp_path / "plain.txt").write_text("one\ntwo\nthree\nfour\n")
    for name in ("talks.csv", "plain.txt"):
        run_to_end(PrepareSpec(source=str(tmp_path / name)))
        assert _trained(name.partition(".")[0]) == [1]
