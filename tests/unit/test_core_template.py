"""Templates: columns filled in, lines without values left out."""

import pytest

from mactuner_tui.core.template import placeholder, template, text_of, value_of


@pytest.mark.parametrize(
    ("text", "row", "rendered"),
    [
        ("{a}", {"a": " kept as it is\n"}, " kept as it is\n"),
        ("Q: {a}!", {"a": 3}, "Q: 3!"),
        ("{a} and {b}", {"a": "x"}, "x and "),
        ("{a}\n\n{b}", {"a": "x", "b": ""}, "x"),
        ("{a}\n\n{b}\n\n{c}", {"a": "x", "b": None, "c": "z"}, "x\n\nz"),
        ("Context: {b}\nQuestion: {a}", {"a": "x"}, "Question: x"),
        ('{{"json": {a}}}', {"a": True}, '{"json": true}'),
        (r"Say {Hello \{name\}}!", {"Hello {name}": "x"}, "Say x!"),
        (r"{a\b}", {r"a\b": "x"}, "x"),
        ("{ }", {"": "x"}, "{ }"),
        ("{ meta.lang }", {"meta": {"lang": "ko"}}, "ko"),
        ("{a}", {"a": ["x", 1]}, '["x", 1]'),
        ("no column", {}, "no column"),
        ("one\n\ntwo", {}, "one\n\ntwo"),
    ],
)
def test_rendering(text: str, row: dict[str, object], rendered: str) -> None:
    assert template(text).render(row) == rendered


def test_columns_are_named_once_in_order() -> None:
    assert template("{b} {a}\n{b} {{not}}").columns == ["b", "a"]


def test_a_column_with_a_dot_in_its_name_comes_before_a_path() -> None:
    assert value_of({"a.b": 1, "a": {"b": 2}}, "a.b") == 1
    assert value_of({"a": {"b": 2}}, "a.b") == 2
    assert value_of({"a": [1]}, "a.b") is None


def test_null_is_no_text() -> None:
    assert text_of(None) == ""
    assert text_of("한국어") == "한국어"
    assert text_of({"k": "값"}) == '{"k": "값"}'


@pytest.mark.parametrize(
    "column", ["a", "Hello {name}", "a}", "{", "a.b", " a ", "  ", "two\nlines", r"back\slash", r"new\n", "\\"]
)
def test_the_placeholder_of_a_column_means_it_whatever_its_name(column: str) -> None:
    assert template(placeholder(column)).only_column == column
    assert template(placeholder(column)).render({column: "x"}) == "x"


@pytest.mark.parametrize("text", ["a", "{a}!", "{a}{b}", "{a}\n", "{{a}}", ""])
def test_what_says_more_or_less_is_no_column(text: str) -> None:
    assert template(text).only_column is None
