"""Every format, as it comes from other programs: files in, rows out."""

import datetime
import decimal
import gzip
import json
import os
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mactuner_tui.core.errors import DataError, DiskFullError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import Source, open_source
from mactuner_tui.engines.data.rows import BadRow, Row

Opened = Callable[..., Source]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Writes a file and opens it: `opened("a.csv", content, format="csv", ...)`."""

    def _opened(name: str, content: str | bytes, **reading: Any) -> Source:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_source(str(path), ReadSpec(**reading))

    return _opened


def values(source: Source) -> list[dict[str, Any]]:
    rows = list(source.read())
    assert all(isinstance(row, Row) for row in rows), rows
    return [row.values for row in rows if isinstance(row, Row)]


def bad(source: Source) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in source.read() if isinstance(row, BadRow)]


def test_csv_with_newlines_quotes_and_blank_lines(opened: Opened) -> None:
    source = opened("a.csv", 'question,answer\r\n"What\nis it?","A ""thing"", they say"\r\n\r\nb,c\r\n')
    assert (source.format, source.encoding, source.delimiter) == ("csv", "utf-8", "comma")
    assert values(source) == [
        {"question": "What\nis it?", "answer": 'A "thing", they say'},
        {"question": "b", "answer": "c"},
    ]
    assert [row.line for row in source.read()] == [2, 5]


@pytest.mark.parametrize(("delimiter", "words"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "|")])
def test_delimiters_are_detected(opened: Opened, delimiter: str, words: str) -> None:
    lines = [["name", "text"], ["a", "one, two"], ["b", "three; four"], ["c", "5,5"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    source = opened("a.csv", text)
    assert source.delimiter == words
    assert values(source) == [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_delimiters_are_taken_as_asked_for(opened: Opened) -> None:
    assert values(opened("a.csv", "a,b~c\n1,2~3\n", delimiter="~")) == [{"a,b": "1,2", "c": "3"}]
    assert values(opened("a.csv", "a,b\tc\n1,2\t3\n", delimiter="tab")) == [{"a,b": "1,2", "c": "3"}]
    with pytest.raises(DataError, match="delimiter = 'too long'"):
        opened("a.csv", "a,b\n1,2\n", delimiter="too long")


def test_headers_that_repeat_or_are_missing_get_names(opened: Opened) -> None:
    assert values(opened("a.csv", "a,a,,a_2\n1,2,3,4\n")) == [{"a": "1", "a_2": "2", "column_3": "3", "a_2_2": "4"}]


def test_bad_csv_rows_are_named_and_the_rest_is_read(opened: Opened) -> None:
    source = opened("a.csv", 'a,b,c\n1,2,3\n1,2,3,4,5\n1\n"open,2,3\nx,y,z\n')
    assert [row.values for row in source.read() if isinstance(row, Row)] == [
        {"a": "1", "b": "2", "c": "3"},
        {"a": "x", "b": "y", "c": "z"},
    ]
    (ragged, too_many), (short, too_few), (unclosed, quote) = bad(source)
    assert (ragged, short, unclosed) == (3, 4, 5)
    assert too_many.startswith("5 fields, the header has 3, beginning with '4'")
    assert too_few.startswith("1 fields, the header has 3, 'b' is missing")
    assert quote.startswith("in 'a': the quote in '\"open,2,3' is never closed")


@pytest.mark.parametrize(
    ("text", "key", "rows"),
    [
        ('[{"a": 1}, {"a": 2}]', "", [{"a": 1}, {"a": 2}]),
        ('{"a": ["x", "y"], "b": [1, 2]}', "", [{"a": "x", "b": 1}, {"a": "y", "b": 2}]),
        ('{"a": {"0": "x", "1": "y"}, "b": {"1": 2}}', "", [{"a": "x"}, {"a": "y", "b": 2}]),
        ('{"version": 1, "data": [{"a": 1}, {"a": 2}]}', "", [{"a": 1}, {"a": 2}]),
        ('{"meta": {}, "all": {"train": [{"a": 1}]}}', "", [{"a": 1}]),
        ('{"all": {"train": [{"a": 1}], "test": [{"a": 2}]}}', "all.test", [{"a": 2}]),
        ('{"x": {"columns": {"a": [1, 2]}}}', "x.columns", [{"a": 1}, {"a": 2}]),
        ('{"one": {"a": 1}, "two": {"a": 2}}', "", [{"key": "one", "a": 1}, {"key": "two", "a": 2}]),
        ('{"one": {"key": 1}}', "", [{"_key": "one", "key": 1}]),
        ('{"prompt": "x", "completion": "y"}', "", [{"prompt": "x", "completion": "y"}]),
        ('{"a": 1}\n{"a": 2}\n', "", [{"a": 1}, {"a": 2}]),
    ],
)
def test_json_in_every_shape(opened: Opened, text: str, key: str, rows: list[dict[str, Any]]) -> None:
    assert values(opened("a.json", text, key=key)) == rows
    if text.count("\n") == 0:
        assert values(opened("b.json", json.dumps(json.loads(text), indent=2), key=key)) == rows


def test_a_key_that_is_not_there_lists_those_that_are(opened: Opened) -> None:
    with pytest.raises(DataError, match=r"no 'rows' in all") as failure:
        values(opened("a.json", '{"all": {"train": [], "test": []}}', key="all.rows"))
    assert "'train', 'test'" in failure.value.hint


def test_broken_json_names_line_and_column(opened: Opened) -> None:
    source = opened("a.json", '[{"a": 1},\n {"a": 2},\n {"a" 3}]')
    assert [row.values for row in source.first(2) if isinstance(row, Row)] == [{"a": 1}, {"a": 2}]
    with pytest.raises(DataError, match=r"a\.json, line 3, column 7: expected ':' delimiter"):
        list(source.read())


def test_json_lines_and_what_is_wrong_with_some(opened: Opened) -> None:
    lines = ['{"a": 1}', "", "[1]", '{"a": tru}', '{"a": "\\ud83d"}', '{"a": 1} {"a": 2}', '{"b": [null, {}]}']
    source = opened("a.jsonl", "\n".join(lines))
    assert [(row.line, row.values) for row in source.read() if isinstance(row, Row)] == [
        (1, {"a": 1}),
        (7, {"b": [None, {}]}),
    ]
    reasons = dict(bad(source))
    assert reasons[3].startswith("a list of 1: a JSON object")
    assert reasons[4].startswith("column 7: expected value, found 'tru}'")
    assert reasons[5].startswith(r"column 'a' = '\ud83d': half of a surrogate pair")
    assert reasons[6].startswith("column 10: more text after the value")


def test_numbers_that_json_has_not_become_null(opened: Opened) -> None:
    assert values(opened("a.jsonl", '{"a": NaN, "b": -Infinity, "c": 1e999, "d": 1.5}')) == [
        {"a": None, "b": None, "c": None, "d": 1.5}
    ]


@pytest.mark.parametrize(
    ("unit", "rows"),
    [("line", ["one", "two", " three"]), ("paragraph", ["one\ntwo", " three"]), ("file", ["one\ntwo\n\n \n three"])],
)
def test_text_by_line_paragraph_or_file(opened: Opened, unit: str, rows: list[str]) -> None:
    source = opened("a.txt", "one\r\ntwo\r\n\r\n \r\n three\r\n", text_unit=unit)
    assert source.format == "txt"
    assert values(source) == [{"text": row} for row in rows]


def test_lines_may_end_in_carriage_returns(opened: Opened) -> None:
    assert values(opened("a.txt", "one\rtwo\r\nthree\nfour")) == [
        {"text": row} for row in ("one", "two", "three", "four")
    ]
    assert values(opened("a.csv", "a,b\r1,2\r3,4\r")) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


TABLE = {
    "text": ["a", None],
    "count": [1, 2],
    "share": [0.5, float("nan")],
    "day": [datetime.date(2024, 5, 1), None],
    "moment": [datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.UTC), None],
    "price": [decimal.Decimal("1.50"), None],
    "picture": [b"\x89PNG", b""],
    "turns": [[{"role": "user", "content": "hi"}], []],
}


@pytest.mark.parametrize("gzipped", [False, True])
def test_parquet_values_become_json(tmp_path: Path, opened: Opened, gzipped: bool) -> None:
    pq.write_table(pa.table(TABLE), tmp_path / "made.parquet")
    content = (tmp_path / "made.parquet").read_bytes()
    source = opened("a.parquet.gz" if gzipped else "a.parquet", gzip.compress(content) if gzipped else content)
    assert (source.format, source.encoding) == ("parquet", "")
    assert values(source) == [
        {
            "text": "a",
            "count": 1,
            "share": 0.5,
            "day": "2024-05-01",
            "moment": "2024-05-01T12:30:00Z",
            "price": "1.50",
            "picture": None,
            "turns": [{"role": "user", "content": "hi"}],
        },
        {
            "text": None,
            "count": 2,
            "share": None,
            "day": None,
            "moment": None,
            "price": None,
            "picture": None,
            "turns": [],
        },
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "x,y\n1,2\n"), ("a.json", '[{"x": "1", "y": "2"}]'), ("a.jsonl", '{"x":"1","y":"2"}')]
)
def test_each_may_be_gzipped_and_named_wrongly(opened: Opened, name: str, text: str) -> None:
    rows = [{"x": "1", "y": "2"}]
    packed = gzip.compress(text.encode())
    assert values(opened(f"{name}.gz", packed)) == rows
    assert values(opened("data.gz", packed, format=Path(name).suffix[1:])) == rows
    assert values(opened("no-suffix", f"{text}\n", format=Path(name).suffix[1:])) == rows


def test_content_tells_the_format_where_the_name_does_not(opened: Opened, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "made.parquet")
    assert opened("a.csv", (tmp_path / "made.parquet").read_bytes()).format == "parquet"
    assert opened("b.csv", '{"a": 1}\n{"a": 2}\n').format == "jsonl"
    assert opened("c.jsonl", '[\n {"a": 1}\n]').format == "json"
    assert opened("d", "a,b\n1,2\n3,4\n").format == "csv"
    assert opened("e", "Just a sentence, or two.\nAnd one more.\n").format == "txt"
    assert opened("f.txt", "a,b\n1,2\n").format == "txt"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\n ", "white space"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (gzip.compress(gzip.compress(b"x")), "gzipped twice"),
        (bytes(range(256)) * 4, "no text"),
    ],
)
def test_what_is_no_data_is_said_to_be_none(opened: Opened, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as failure:
        opened("a.csv", content)
    assert failure.value.message.startswith("/")
    assert failure.value.hint


def test_a_header_alone_has_no_rows(opened: Opened) -> None:
    with pytest.raises(DataError, match=r"a\.csv has no rows"):
        list(opened("a.csv", "a,b\n").read())


QUESTIONS = [{"question": f"What is {n}?", "answer": "A number."} for n in range(9)]


@pytest.mark.parametrize(
    ("document", "key", "chosen", "keys"),
    [
        ({"validation": QUESTIONS[:5], "train": QUESTIONS[:8]}, "", "train", ("validation", "train")),
        ({"train": QUESTIONS[:8], "validation": QUESTIONS[:5]}, "validation", "validation", ("train", "validation")),
        ({"columns": [{"name": "question"}, {"name": "answer"}], "rows": QUESTIONS}, "", "rows", ("columns", "rows")),
        ({"all": {"a": QUESTIONS[:2], "b": QUESTIONS}, "c": QUESTIONS}, "all", "all.b", ("all.a", "all.b", "c")),
        ({"rows": QUESTIONS[:3], "columns": ["a", "b", "c"]}, "", "rows", ("rows",)),
        ({"rows": [QUESTIONS[0]], "vocabulary": {str(n): "x" * 500 for n in range(20_000)}}, "", "rows", ("rows",)),
        ({"a.b": QUESTIONS, "c": QUESTIONS}, "a.b", "a.b", ("a.b", "c")),
        ({"one": QUESTIONS[0], "two": QUESTIONS[1]}, "", "", ()),
    ],
)
def test_of_several_lists_the_longest_is_read_and_the_others_are_told(
    opened: Opened, document: dict[str, Any], key: str, chosen: str, keys: tuple[str, ...]
) -> None:
    source = opened("a.json", json.dumps(document), key=key)
    assert (source.key, source.keys) == (chosen, keys)
    expected: Any = document
    for name in [chosen] if chosen in document else filter(None, chosen.split(".")):
        expected = expected[name]
    assert len(values(source)) == len(expected)
    assert all(name in source.notes[-1] for name in keys if len(keys) > 1)


def test_a_column_of_objects_is_no_list_of_rows(opened: Opened) -> None:
    source = opened("a.json", json.dumps({"question": ["What is one?", "And two?"], "answers": [{"n": 1}, {"n": 2}]}))
    assert values(source)[1] == {"question": "And two?", "answers": {"n": 2}}


def test_lists_behind_the_beginning_of_a_long_document_are_told_once_it_is_read(opened: Opened) -> None:
    long = [{"text": "x" * 1000}] * 10_000
    source = opened("a.json", json.dumps({"train": long, "test": long[:5]}))
    assert (source.key, source.keys, source.notes) == ("train", ("train",), ())
    assert len(values(source)) == 10_000
    assert source.keys == ("train", "test")
    assert "'test'" in source.notes[0]


@pytest.mark.parametrize("more", ['"rest": [', '"rest": [{"a": 1}', '"rest": 1', '"rest": [1,]}', '"rest": 1} {'])
@pytest.mark.parametrize("rows", [2, 50_000])
def test_a_document_that_breaks_off_behind_its_rows_is_not_read_without_a_word(
    opened: Opened, more: str, rows: int
) -> None:
    text = f'{{"rows": {json.dumps([{"text": "x" * 200}] * rows)}, {more}'
    with pytest.raises(DataError, match=r"a\.json, line 1, column \d+: expected"):
        list(opened("a.json", text).read())


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_names_lose_the_blanks_around_them(opened: Opened, name: str) -> None:
    text = '{"a": 1, " a": 2, "b\\t": {" c": 3}}\n{"a": 4}'
    source = opened(name, f"[{text}]".replace("\n", ",\n") if name == "a.json" else text)
    assert values(source) == [{"a": 1, "a_2": 2, "b": {" c": 3}}, {"a": 4}]


def test_columns_that_got_other_names_or_are_left_out_are_told(tmp_path: Path, opened: Opened) -> None:
    source = opened("a.csv", "a, a,,b\n1,2,3,4\n")
    source.first(1)
    assert source.notes == (
        "a.csv: columns without a name, or with one that occurs again, are called 'a_2' and 'column_3'.",
    )
    pq.write_table(pa.table(TABLE), tmp_path / "b.parquet")
    source = open_source(str(tmp_path / "b.parquet"), ReadSpec())
    source.first(1)
    assert source.notes == ("b.parquet is read without 'picture': bytes, which are no text.",)


@pytest.mark.parametrize("same", [False, True])
def test_large_rows_of_parquet_are_taken_a_few_at_a_time(tmp_path: Path, same: bool) -> None:
    texts = [f"{'x' if same else n}" * (1 << 20) for n in range(60)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    del texts
    source = open_source(str(tmp_path / "a.parquet"), ReadSpec())
    running = source.read()
    tracemalloc.start()
    assert sum(1 for _ in running) == 60
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 << 20


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(pa.table({"text": [os.urandom(50_000).hex() for _ in range(60)]}), tmp_path / "made.parquet")
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress((tmp_path / "made.parquet").read_bytes()))
    source = open_source(str(tmp_path / "a.parquet.gz"), ReadSpec())
    with Path("/dev/full").open("wb") as full:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: full)
        with pytest.raises(DiskFullError, match="temporary files"):
            source.first(1)
        monkeypatch.undo()
