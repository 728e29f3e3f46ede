"""What is written as TOML reads back as it was."""

import tomllib
from typing import Any

import pytest

from mactuner_tui.core import toml


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        'with "quotes" and \\backslashes\\',
        "two\nlines\r\nand\ttabs",
        "'''",
        '"""',
        "# no comment",
        "[no.table]",
        "Größe 模型 🤖",
        "\x00\x01\x1f\x7f\x80\x9f\u2028\ufeff",
        "/Users/jo/My Models/llama",
    ],
)
def test_any_text_reads_back(text: str) -> None:
    assert tomllib.loads(toml.dump({"value": text})) == {"value": text}


@pytest.mark.parametrize(
    "value",
    [0, -3, 2**31 - 1, True, False, 0.0, 5e-5, 1e-10, 1.5, 1e22, -0.25, [], [1, 2], ["a", 'b"'], [[1], [2, 3]], (1, 2)],
)
def test_other_values_read_back(value: Any) -> None:
    read = tomllib.loads(toml.dump({"value": value}))["value"]
    assert read == (list(value) if isinstance(value, tuple) else value)
    assert isinstance(read, list) or type(read) is type(value)


def test_tables_nest_and_come_after_the_plain_values_of_their_own() -> None:
    values = {"lora": {"deep": {"x": 1}, "r": 8}, "kind": "train", "last": {"y": 2}}
    assert tomllib.loads(toml.dump(values)) == values


def test_none_is_left_out() -> None:
    assert tomllib.loads(toml.dump({"a": None, "b": {"c": None, "d": 1}})) == {"b": {"d": 1}}
