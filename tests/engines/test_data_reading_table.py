"""The table: every row within reach, exactly those that reading gives, whatever reads them."""

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.profile import Column
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import Table, columns_of, open_source, scan
from mactuner_tui.engines.data.reading.limits import LINE_BYTES
from mactuner_tui.engines.data.rows import Row

ROWS = [{"n": n, "text": f"row {n} — 안녕 \U0001f600\u2028 \x00", "list": [n, {"a": None}]} for n in range(2500)]
LINES = "".join(json.dumps(row, ensure_ascii=n % 2 == 0) + "\n" for n, row in enumerate(ROWS))


def quietly(done: int, total: int) -> None:
    """Progress nobody listens to."""


def scanned(path: Path, **reading: str) -> Table:
    return scan(open_source(str(path), ReadSpec.model_validate(reading)), quietly)


@pytest.fixture(params=["a.jsonl", "bom.jsonl", "wide.jsonl", "a.jsonl.gz", "a.json", "a.parquet", "folder"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same rows, in place and copied."""
    made = tmp_path / str(request.param)
    match made.name:
        case "bom.jsonl":
            made.write_text(LINES, encoding="utf-8-sig")
        case "wide.jsonl":
            made.write_text(LINES, encoding="utf-16")
        case "a.jsonl.gz":
            made.write_bytes(gzip.compress(LINES.encode()))
        case "a.json":
            made.write_text(json.dumps(ROWS, indent=1))
        case "a.parquet":
            pq.write_table(pa.Table.from_pylist([{**row, "list": ["x"]} for row in ROWS]), made)
        case "folder":
            made.mkdir()
            middle = LINES.index('{"n": 1200')
            (made / "a.jsonl.gz").write_bytes(gzip.compress(LINES[:middle].encode()))
            (made / "b.jsonl").write_text(f"\n[]\n{LINES[middle:]}")
        case _:
            made.write_text(LINES)
    return made


def test_a_table_holds_what_reading_gives(path: Path) -> None:
    source = open_source(str(path), ReadSpec())
    read = [row for row in source.read() if isinstance(row, Row)]
    table = scan(source, quietly)
    assert len(table) == len(ROWS)
    assert list(table.rows()) == read
    assert [table.row(number) for number in range(len(table))] == read
    assert [row.values["text"] for row in read] == [row["text"] for row in ROWS]
    assert table.bad_count == len(table.bad) == (path.name == "folder")
    assert table.columns == columns_of(read)
    for beyond in (-1, len(table)):
        with pytest.raises(IndexError):
            table.row(beyond)


def test_rows_can_be_asked_for_while_others_go_through_them(path: Path) -> None:
    table = scanned(path)
    wrong: list[int] = []

    def ask(start: int) -> None:
        for number in range(start, len(ROWS), 7):
            if table.row(number).values["n"] != number:
                wrong.append(number)

    asking = [threading.Thread(target=ask, args=(start,)) for start in range(3)]
    for thread in asking:
        thread.start()
    assert [row.values["n"] for row in table.rows()] == list(range(len(ROWS)))
    for thread in asking:
        thread.join()
    assert not wrong


def test_a_broken_off_scan_leaves_nothing_behind(path: Path) -> None:
    def told(done: int, total: int) -> None:
        if done:
            raise InterruptedError

    source = open_source(str(path), ReadSpec())
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(InterruptedError):
        scan(source, told)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_table_takes_its_temporary_file_along(path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    table = scanned(path)
    assert table.row(0).values["n"] == 0
    del table
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_progress_rises_to_the_end(path: Path) -> None:
    told: list[tuple[int, int]] = []
    source = open_source(str(path), ReadSpec())
    scan(source, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (source.size_bytes, source.size_bytes)


def test_a_file_that_changed_is_not_read_wrongly(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINES)
    table = scanned(path)
    path.write_text(LINES.replace("row", "line"))
    with pytest.raises(DataError, match="has changed since it was read"):
        table.row(5)
    with pytest.raises(DataError, match="has changed since it was read"):
        next(table.rows())
    path.unlink()
    with pytest.raises(DataError, match="is no longer"):
        table.row(5)


def test_bad_rows_are_counted_and_the_first_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n' + "broken\n" * 12_000)
    table = scanned(path)
    assert (len(table), len(table.bad), table.bad_count) == (1, 10_000, 12_000)
    assert table.bad[0].where == "a.jsonl, line 2"


def test_columns_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        {"text": "a", "n": 1, "mixed": 1, "flag": True, "list": [1], "object": {"a": 1}, "none": None},
        {"text": "", "n": 2.5, "mixed": "x", "flag": False, "list": [], "object": {}, "none": None},
        {"n": 0},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert scanned(path).columns == (
        Column(name="text", type="text", missing=2, example="a"),
        Column(name="n", type="number", missing=0, example="1"),
        Column(name="mixed", type="mixed", missing=1, example="1"),
        Column(name="flag", type="switch", missing=1, example="true"),
        Column(name="list", type="list", missing=2, example="[1]"),
        Column(name="object", type="object", missing=2, example='{"a": 1}'),
        Column(name="none", type="empty", missing=3, example=""),
    )


def test_texts_of_a_csv_file_stand_for_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("i,n,s,t,c,e\n1,1.5,true,x,007,\n-2,2e3,False,1,008,\n,3,true,true,009,\n")
    table = scanned(path)
    assert [(column.name, column.type, column.missing) for column in table.columns] == [
        ("i", "integer", 1),
        ("n", "number", 0),
        ("s", "switch", 0),
        ("t", "text", 0),
        ("c", "text", 0),
        ("e", "empty", 3),
    ]
    assert table.row(0).values["i"] == "1"
    assert columns_of(table.rows(), written=True) == table.columns


def test_bytes_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "picture": [b"x"]}), tmp_path / "a.parquet")
    assert scanned(tmp_path / "a.parquet").columns[1] == Column(
        name="picture", type="empty", missing=1, example="(binary: left out)"
    )


def test_a_long_array_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"

    def parts() -> Iterator[str]:
        yield '{"info": {"a": [1, 2]}, "rows": ['
        for number in range(200_000):
            yield f'{{"n": {number}, "text": "{"x" * 30}"}},\n'
        yield '{"n": -1}]}'

    path.write_text("".join(parts()))
    source = open_source(str(path), ReadSpec())
    assert [row.values["n"] for row in source.first(3) if isinstance(row, Row)] == [0, 1, 2]
    table = scan(source, quietly)
    assert (len(table), table.row(123_456).values["n"], table.row(123_456).line) == (200_001, 123_456, 123_457)


@pytest.mark.parametrize("length", [LINE_BYTES, LINE_BYTES - 1])
def test_the_line_behind_a_very_long_one_is_read(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": 2' + b" " * (length - 9) + b'}\n{"a": 3}\n')
    assert path.read_bytes()[9 : 9 + length].endswith(b"}\n")
    table = scanned(path)
    assert [row.values["a"] for row in table.rows()] == ([1, 3] if length == LINE_BYTES else [1, 2, 3])
    assert table.bad_count == (length == LINE_BYTES)


def test_progress_is_told_while_a_little_file_becomes_very_much(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"text\n" + (b" " * 999 + b"\n") * 50_000))
    told: list[int] = []
    scan(open_source(str(path), ReadSpec()), lambda done, _: told.append(done))
    assert len(told) > 40
