"""The `prepare` job: what it leaves, what it refuses, and that nothing half-made stays."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from mactuner_tui.core import events, manifest
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.specs.cleaning import ExactDuplicates, LowerCase, WhiteSpace
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.runtime import jobs
from tests.running import run_to_end

Row = dict[str, Any]


def _write(path: Path, rows: list[Row | str]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _asked(count: int) -> list[Row | str]:
    return [{"question": f"What is {number} + {number}?", "answer": f"It is {2 * number}."} for number in range(count)]


def _made(name: str, home: Path) -> tuple[list[Row], list[Row], Manifest]:
    """The rows of both parts, and the manifest."""
    folder = home / "datasets" / name
    train, valid = (
        [json.loads(line) for line in (folder / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]
        for part in ("train", "valid")
    )
    content = manifest.read(folder)
    assert content is not None
    return train, valid, content


def test_the_manifest_tells_source_hash_recipe_seed_and_counts(tmp_path: Path, home: Path) -> None:
    source = _write(tmp_path / "sums.jsonl", [*_asked(20), *_asked(3)])
    spec = PrepareSpec.of({"source": str(source), "recipe": [{"step": "exact_duplicates"}], "split": {"seed": 7}})
    job = run_to_end(spec)
    train, valid, made = _made("sums", home)
    assert (len(train), len(valid)) == (16, 4)
    assert made.job == job.id
    assert made.inputs == {"source": str(source), "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}
    wanted = {"read": 23, "bad": 0, "mapped": 23, "clean": 20, "train_rows": 16, "valid_rows": 4, "seed": 7}
    assert {key: made.details[key] for key in wanted} == wanted
    assert made.details["format"] == "question_answer"
    assert made.details["mapping"]["prompt"] == "{question}"
    assert made.details["recipe"] == [ExactDuplicates().model_dump()]
    counted = [event for event in jobs.follow(job.id) if isinstance(event, events.RowsCounted)]
    assert [(event.read, event.clean, event.train, event.valid) for event in counted] == [(23, 20, 16, 4)]


def test_a_folder_that_was_prepared_can_be_prepared_again(tmp_path: Path, home: Path) -> None:
    run_to_end(PrepareSpec(source=str(_write(tmp_path / "one.jsonl", _asked(10)))))
    run_to_end(PrepareSpec(source="one", name="two"))
    first, second = (_made(name, home) for name in ("one", "two"))
    assert sorted(map(str, first[0] + first[1])) == sorted(map(str, second[0] + second[1]))


def test_the_recipe_of_a_dataset_does_the_same_to_another_file(tmp_path: Path, home: Path) -> None:
    recipe = (WhiteSpace(), LowerCase(part="answer"))
    run_to_end(PrepareSpec(source=str(_write(tmp_path / "one.jsonl", _asked(4))), recipe=recipe))
    stored = _made("one", home)[2].details["recipe"]
    other = _write(
        tmp_path / "other.jsonl", [{"question": " A  b ", "answer": "C  D"}, {"question": "q", "answer": "E"}]
    )
    run_to_end(PrepareSpec.of({"source": str(other), "recipe": stored}))
    train, valid, _ = _made("other", home)
    said = {tuple(message["content"] for message in row["messages"]) for row in train + valid}
    assert said == {("A b", "c d"), ("q", "e")}


BAD: list[Row | str] = [
    {"question": "x", "answer": ""},
    "{broken",
    {"question": "y", "answer": "z", "tags": ["\ud800"]},
]


def test_bad_rows_stop_it_with_the_first_named_and_all_listed(tmp_path: Path, home: Path) -> None:
    source = _write(
        tmp_path / "sums.jsonl", [*_asked(5), *(json.dumps(bad) if isinstance(bad, dict) else bad for bad in BAD)]
    )
    with pytest.raises(MacTunerError) as stopped:
        run_to_end(PrepareSpec(source=str(source)))
    assert (
        "3 rows cannot be used. The first: sums.jsonl, line 6: messages[1].content = '': empty" in stopped.value.message
    )
    assert "reading.bad_rows=skip" in stopped.value.hint
    listed = next((home / "jobs").glob("*/bad_rows.txt")).read_text(encoding="utf-8")
    assert [line.partition(": ")[0] for line in listed.splitlines()] == [
        f"sums.jsonl, line {line}" for line in (6, 7, 8)
    ]
    assert not list((home / "datasets").glob("*"))


def test_bad_rows_are_left_out_when_asked(tmp_path: Path, home: Path) -> None:
    source = _write(
        tmp_path / "sums.jsonl", [*_asked(5), *(json.dumps(bad) if isinstance(bad, dict) else bad for bad in BAD)]
    )
    job = run_to_end(PrepareSpec.of({"source": str(source), "reading": {"bad_rows": "skip"}}))
    made = _made("sums", home)[2]
    assert (made.details["read"], made.details["bad"], made.details["clean"]) == (8, 3, 5)
    warned = [event for event in jobs.follow(job.id) if isinstance(event, events.Noted) and event.warning]
    assert warned[0].text.startswith("3 rows cannot be used and were left out")


def test_the_column_to_stratify_by_has_its_share(tmp_path: Path, home: Path) -> None:
    rows: list[Row | str] = [
        {"question": f"q {number} {number**3}", "answer": f"a {number**5}", "lang": "ko" if number % 5 == 0 else "en"}
        for number in range(100)
    ]
    source = _write(tmp_path / "langs.jsonl", rows)
    run_to_end(PrepareSpec.of({"source": str(source), "split": {"stratify": "lang"}}))
    _, valid, _ = _made("langs", home)
    korean = {f"q {number} {number**3}" for number in range(0, 100, 5)}
    assert sum(row["messages"][0]["content"] in korean for row in valid) == 4
    assert len(valid) == 20


@pytest.mark.parametrize(
    ("rows", "settings", "said"),
    [
        ([{"question": "q", "answer": "a"}], {}, "of 1 row only 1 is left"),
        (_asked(5), {"recipe": [{"step": "length_in_characters", "minimum": 99}]}, "Length in characters dropped 5"),
        ([{"a": 1, "b": 2}, {"a": 3, "b": 4}], {}, "The columns a, b do not look like any known format"),
        (_asked(5), {"mapping": {"prompt": "{quest}", "answer": "{answer}"}}, "names a column 'quest'"),
        (_asked(5), {"split": {"stratify": "lang"}}, "names a column 'lang'"),
        ([], {}, "rows.jsonl"),
    ],
)
def test_what_cannot_become_a_dataset_is_said(
    rows: list[Row | str], settings: dict[str, Any], said: str, tmp_path: Path, home: Path
) -> None:
    source = _write(tmp_path / "rows.jsonl", rows)
    with pytest.raises(MacTunerError) as refused:
        run_to_end(PrepareSpec.of({"source": str(source), **settings}))
    assert said in refused.value.message
    assert refused.value.hint
    shelf = home / "datasets"
    assert not shelf.exists() or not list(shelf.iterdir())


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    source = _write(tmp_path / "sums.jsonl", _asked(4))
    run_to_end(PrepareSpec(source=str(source)))
    with pytest.raises(MacTunerError, match="A dataset sums exists already"):
        run_to_end(PrepareSpec(source=str(source)))


def test_a_job_that_is_stopped_leaves_nothing_half_made(tmp_path: Path, home: Path) -> None:
    source = _write(tmp_path / "long.jsonl", _asked(60_000))
    job = jobs.start(PrepareSpec(source=str(source)))
    for event in jobs.follow(job.id):
        if isinstance(event, events.Progressed):
            jobs.ask_to_stop(job.id)
    assert str(jobs.get(job.id).status) == "stopped"
    assert not list((home / "datasets").glob("*"))
    jobs.resume(job.id)
    for _ in jobs.follow(job.id):
        pass
    assert len(_made("long", home)[0]) == 48_000


def test_columns_that_only_later_rows_have_are_not_lost(tmp_path: Path, home: Path) -> None:
    rows: list[Row | str] = [
        {"instruction": f"Do {n * 7919}", "output": f"{n**4}"} | ({"input": f"with {n**5}"} if n > 250 else {})
        for n in range(300)
    ]
    run_to_end(PrepareSpec(source=str(_write(tmp_path / "late.jsonl", rows))))
    train, valid, _ = _made("late", home)
    assert sum("with " in row["messages"][0]["content"] for row in train + valid) == 49


def test_good_rows_after_many_bad_ones_are_found(tmp_path: Path, home: Path) -> None:
    source = _write(tmp_path / "late.jsonl", [*["{"] * 250, *_asked(10)])
    run_to_end(PrepareSpec.of({"source": str(source), "reading": {"bad_rows": "skip"}}))
    assert _made("late", home)[2].details["bad"] == 250


def test_a_split_far_from_what_was_asked_for_is_told(tmp_path: Path, home: Path) -> None:
    story = " ".join(f"word{number}" for number in range(60))
    rows: list[Row | str] = [{"text": f"{story} version {n}"} for n in range(60)]
    rows += [{"text": f"{n * 7919} {n * 104729} {n * 1299709}"} for n in range(1, 5)]
    job = run_to_end(PrepareSpec(source=str(_write(tmp_path / "alike.jsonl", rows))))
    warned = [event.text for event in jobs.follow(job.id) if isinstance(event, events.Noted) and event.warning]
    assert warned[0].startswith("Validation got 6.2% of the rows, not 20.0%: 60 rows say so nearly the same")


def test_the_sample_keeps_its_name_to_itself(tmp_path: Path) -> None:
    source = str(_write(tmp_path / "mine.jsonl", _asked(4)))
    with pytest.raises(MacTunerError, match="name = 'stdlib' is the name of the sample dataset"):
        run_to_end(PrepareSpec(source=source, name="stdlib"))


def test_a_dataset_prepared_from_itself_is_not_told_to_be_removed(tmp_path: Path) -> None:
    run_to_end(PrepareSpec(source=str(_write(tmp_path / "mine.jsonl", _asked(4)))))
    with pytest.raises(MacTunerError) as refused:
        run_to_end(PrepareSpec(source="mine"))
    assert refused.value.hint == "Choose another name."


def test_the_folder_is_read_by_the_library_that_trl_reads_with(tmp_path: Path, home: Path) -> None:
    run_to_end(PrepareSpec(source=str(_write(tmp_path / "sums.jsonl", _asked(10)))))
    read = load_dataset(str(home / "datasets" / "sums"), cache_dir=str(tmp_path / "cache"))
    assert {part: rows.num_rows for part, rows in read.items()} == {"train": 8, "validation": 2}
    assert [message["role"] for message in read["train"][0]["messages"]] == ["user", "assistant"]
