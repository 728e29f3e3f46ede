"""Rows of a dataset: what is accepted, and how what is not is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.records import Conversation, PlainText, Record, parse_record, read_records


def _parse(row: Any) -> Record:
    return parse_record(json.dumps(row).encode(), "f.jsonl, row 7")


def _chat(*messages: Any) -> dict[str, Any]:
    return {"messages": list(messages)}


USER = {"role": "user", "content": "Why?"}
ASSISTANT = {"role": "assistant", "content": "Because."}


def test_messages_are_taken_as_they_are() -> None:
    row = _chat({"role": "system", "content": "Be brief."}, USER, ASSISTANT)
    assert _parse(row) == Conversation(row["messages"])


def test_a_pair_becomes_a_conversation() -> None:
    assert _parse({"prompt": "Why?", "completion": "Because."}) == Conversation([USER, ASSISTANT])


def test_running_text_is_taken() -> None:
    assert _parse({"text": "Once upon a time", "id": 3}) == PlainText("Once upon a time")


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (_chat({"role": "robot", "content": "x"}), ["messages[0].role = 'robot'", "unknown role"]),
        (_chat(USER, {"content": "x"}), ["messages[1].role = None", "unknown role"]),
        (_chat(USER, {"role": ["user"], "content": "x"}), ["messages[1].role = ['user']", "unknown role"]),
        (_chat(USER, {"role": "assistant", "content": ""}), ["messages[1].content = ''", "empty"]),
        (_chat(USER, {"role": "assistant", "content": " \n"}), ["messages[1].content = ' '", "empty"]),
        (_chat(USER, {"role": "assistant", "content": None}), ["messages[1].content = None", "expected text"]),
        (_chat(USER, "hello"), ["messages[1] = 'hello'", "expected an object"]),
        (_chat(USER), ["no message of the assistant"]),
        (_chat(), ["messages = []", "expected a list"]),
        ({"messages": "hello"}, ["messages = 'hello'", "expected a list"]),
        ({"text": ""}, ["text = ''", "empty"]),
        ({"text": 5}, ["text = 5", "expected text"]),
        ({"prompt": "Why?", "completion": ""}, ["messages[1].content = ''", "empty"]),
        ({"prompt": "Why?"}, ["no known field among ['prompt']"]),
        ([1, 2], ["expected a JSON object", "[1, 2]"]),
        ("text", ["expected a JSON object", "'text'"]),
        (_chat(USER, {"role": "assistant", "content": "\ud83d"}), ["messages[1].content", "\\ud83d", "surrogate"]),
    ],
)
def test_a_bad_row_is_named_with_its_place_field_and_value(row: Any, parts: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        _parse(row)
    assert caught.value.message.startswith("f.jsonl, row 7: ")
    assert all(part in caught.value.message for part in parts), caught.value.message
    assert caught.value.hint
    caught.value.message.encode()


@pytest.mark.parametrize(
    "line",
    [b'{"text": "cut of', b"\xff\xfe\x00", b'{"text": "\xe4"}', b"[" * 100_000, b'{"text": ' + b"1" * 5_000 + b"}"],
    ids=["cut off", "binary", "Latin-1", "too deep", "too long a number"],
)
def test_a_broken_line_is_shown_in_short(line: bytes) -> None:
    with pytest.raises(DataError, match=r"^f\.jsonl, row 7: not valid JSON") as caught:
        parse_record(line, "f.jsonl, row 7")
    assert len(caught.value.message) < 300


def test_a_long_value_is_shown_in_short() -> None:
    with pytest.raises(DataError) as caught:
        _parse(_chat({"role": "x" * 1_000, "content": "y"}))
    assert len(caught.value.message) < 200


def test_rows_are_read_in_order_and_empty_lines_are_passed_over_but_counted(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"text": "a"}\n\n{"text": "b"}\n   \n{"text": ""}', encoding="utf-8")
    records = read_records(path)
    assert [next(records), next(records)] == [PlainText("a"), PlainText("b")]
    with pytest.raises(DataError, match=f"{path}, row 5: text"):
        next(records)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"text": "ü"}\r\n', encoding="utf-8-sig")
    assert list(read_records(path)) == [PlainText("ü")]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl cannot be read: No such file"):
        list(read_records(tmp_path / "none.jsonl"))
