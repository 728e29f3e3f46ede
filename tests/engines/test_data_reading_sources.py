"""What may be named as a source: files, folders, datasets of the library, the sample; and how it is looked into."""

import gzip
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from mactuner_tui.core import manifest
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import open_source
from mactuner_tui.engines.data.rows import Row


def write_rows(path: Path, count: int, first: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"n": n, "text": "x" * 50}) + "\n" for n in range(first, first + count)))
    return path


def numbers(rows: list[Row]) -> list[int]:
    return [row.values["n"] for row in rows]


def test_a_folder_is_all_its_files_in_order(tmp_path: Path) -> None:
    write_rows(tmp_path / "b" / "2.jsonl", 2, first=2)
    write_rows(tmp_path / "a.jsonl", 2)
    write_rows(tmp_path / ".hidden.jsonl", 1)
    write_rows(tmp_path / ".git" / "x.jsonl", 1)
    (tmp_path / manifest.FILE_NAME).write_text("{}")
    (tmp_path / "notes.md").write_text("# Notes")
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    source = open_source(str(tmp_path), ReadSpec())
    assert [path.relative_to(tmp_path).as_posix() for path in source.files] == ["a.jsonl", "b/2.jsonl"]
    assert numbers([row for row in source.read() if isinstance(row, Row)]) == [0, 1, 2, 3]
    assert source.size_bytes == sum(path.stat().st_size for path in source.files)


def test_a_folder_of_several_formats_needs_a_choice(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 2)
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="mixes formats: 1 csv, 1 jsonl"):
        open_source(str(tmp_path), ReadSpec())
    assert open_source(str(tmp_path), ReadSpec(format="csv")).files == (tmp_path / "b.csv",)


def test_a_dataset_of_the_library_by_name(home: Path) -> None:
    write_rows(home / "datasets" / "mine" / "train.jsonl", 3)
    assert len(list(open_source("mine", ReadSpec()).read())) == 3
    with pytest.raises(DataError, match="No file, folder or dataset 'yours'"):
        open_source("yours", ReadSpec())


def test_the_sample() -> None:
    source = open_source("stdlib", ReadSpec())
    assert (source.format, source.files) == ("stdlib", (Path("stdlib"),))
    (row,) = source.first(1)
    assert len(list(source.read())) > 1000
    assert isinstance(row, Row)
    assert [message["role"] for message in row.values["messages"]] == ["user", "assistant"]


def test_what_is_not_there_or_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "gone.csv")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    (tmp_path / "folder").mkdir()
    for name, message in {
        "missing.csv": "is not there",
        "pipe.jsonl": "pipe, socket or device",
        "dangling.csv": "is not there",
        "round.csv": "cannot be read",
        "folder": "holds no file of a known kind",
    }.items():
        with pytest.raises(DataError, match=message) as failure:
            open_source(str(tmp_path / name), ReadSpec())
        assert str(tmp_path / name) in failure.value.message
        assert failure.value.hint


def test_first_rows_leave_a_running_read_alone(tmp_path: Path) -> None:
    source = open_source(str(write_rows(tmp_path / "a.jsonl", 100_000)), ReadSpec())
    running = source.read()
    next(running)
    assert len(source.first(10)) == 10
    assert len(source.sample(10)) == 10
    assert numbers([row for row in running if isinstance(row, Row)]) == list(range(1, 100_000))


def test_a_sample_is_spread_over_large_files(tmp_path: Path) -> None:
    write_rows(tmp_path / "data" / "a.jsonl", 60_000)
    write_rows(tmp_path / "data" / "b.jsonl", 60_000, first=60_000)
    found = numbers(open_source(str(tmp_path / "data"), ReadSpec()).sample(100))
    assert len(found) == len(set(found)) == 100
    assert found == sorted(found)
    assert all(abs(number - 1200 * place) < 1300 for place, number in enumerate(found))
    small = open_source(str(write_rows(tmp_path / "small.jsonl", 1000)), ReadSpec())
    assert numbers(small.sample(10)) == list(range(0, 1000, 100))


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl", 100_000)
    source = open_source(str(path), ReadSpec())
    running = source.read()
    next(running)
    os.truncate(path, 3 << 20)
    with pytest.raises(DataError, match="became shorter while it was read"):
        list(running)
    path.unlink()
    with pytest.raises(DataError, match="is no longer"):
        list(source.read())


def test_a_dataset_may_have_a_point_in_its_name(home: Path) -> None:
    write_rows(home / "datasets" / "v1.0" / "train.jsonl", 3)
    assert len(open_source("v1.0", ReadSpec()).first(5)) == 3
    for name in ("novels", "novels.csv"):
        with pytest.raises(DataError) as failure:
            open_source(name, ReadSpec())
        assert failure.value.message == f"No file, folder or dataset '{name}'."
        assert "path" in failure.value.hint
        assert "mactuner data list" in failure.value.hint


def test_rows_for_tests_that_are_read_with_those_for_training_are_told(tmp_path: Path) -> None:
    for name in ("train.jsonl", "test.jsonl", "dev/2.jsonl", "testimony.jsonl"):
        write_rows(tmp_path / name, 2)
    source = open_source(str(tmp_path), ReadSpec())
    assert len(source.files) == 4
    assert source.notes == (
        "The rows of dev/2.jsonl and test.jsonl are read, too: name train.jsonl alone to leave them out.",
    )
    assert open_source(str(tmp_path / "train.jsonl"), ReadSpec()).notes == ()


def test_few_first_rows_are_held_of_very_long_ones(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text("".join(json.dumps({"text": ["x" * 2_000_000]}) + "\n" for _ in range(30)))
    assert 8 <= len(open_source(str(path), ReadSpec()).first(200)) <= 9
    path.write_text(json.dumps({"text": "x" * 20_000_000}) + "\n" + '{"text": "y"}\n')
    assert len(open_source(str(path), ReadSpec()).first(200)) == 1


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl"])
@pytest.mark.parametrize("length", [200, 1_000_000])
def test_a_sample_takes_little_memory_whatever_comes_out_of_the_file(tmp_path: Path, name: str, length: int) -> None:
    line = json.dumps({"text": "x" * length}).encode() + b"\n"
    with (gzip.open if name.endswith(".gz") else open)(tmp_path / name, "wb") as file:
        file.writelines(line for _ in range(100_000_000 // length))
    source = open_source(str(tmp_path / name), ReadSpec())
    tracemalloc.start()
    found = source.sample(2000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 2000 if length == 200 else len(found) >= 10
    assert peak < 80 << 20


def test_a_sample_of_many_files_looks_into_some_of_them(tmp_path: Path) -> None:
    for number in range(300):
        write_rows(tmp_path / f"{number:03}.jsonl", 2, first=2 * number)
    found = numbers(open_source(str(tmp_path), ReadSpec()).sample(2000))
    assert found == [number for first in range(0, 600, 12) for number in (first, first + 1)]
