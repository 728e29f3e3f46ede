"""From columns to records: every known format by its content, and mapping by hand."""

from typing import Any

import pytest

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.mapping import columns_used, recognise, record_of, settle
from mactuner_tui.core.records import Conversation, PlainText, Record, pair, usable
from mactuner_tui.core.specs.data import MapSpec

SAID = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]


def settled(mapping: MapSpec, *rows: dict[str, Any]) -> MapSpec:
    return settle(mapping, list(rows[0]), rows)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"messages": SAID}, "messages"),
        ({"id": 7, "dialog": SAID}, "messages"),
        ({"messages": '[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]'}, "messages"),
        ({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}, "sharegpt"),
        ({"instruction": "q", "input": "", "output": "a"}, "alpaca"),
        ({"instruction": "q", "response": "a"}, "alpaca"),
        ({"prompt": "q", "completion": "a"}, "prompt_completion"),
        ({"prompt": SAID[:1], "completion": SAID[1:]}, "prompt_completion"),
        ({"Question": "q", "Answer": "a"}, "question_answer"),
        ({"질문": "q", "답변": "a"}, "question_answer"),
    ],
)
def test_a_conversation_is_recognised_by_its_content(row: dict[str, Any], name: str) -> None:
    mapping = settled(MapSpec(), row)
    assert mapping.format == name
    assert record_of(row, mapping, "row 1") == Conversation(SAID)


@pytest.mark.parametrize("row", [{"text": "t"}, {"id": 1, "content": "t"}, {"whatever": "t"}])
def test_plain_text_is_recognised(row: dict[str, Any]) -> None:
    mapping = settled(MapSpec(), row)
    assert mapping.format == "text"
    assert record_of(row, mapping, "row 1") == PlainText("t")


def test_an_instruction_goes_with_its_input_when_there_is_one() -> None:
    rows = (
        {"instruction": "Add", "input": "1, 2", "output": "3"},
        {"instruction": "Say 3", "input": "", "output": "3"},
    )
    mapping = settled(MapSpec(), *rows)
    asked = [record_of(row, mapping, "") for row in rows]
    assert [record.messages[0]["content"] for record in asked if isinstance(record, Conversation)] == [
        "Add\n\n1, 2",
        "Say 3",
    ]


def test_columns_joined_by_a_template_with_a_system_prompt() -> None:
    row = {"product": "lamp", "colour": "red", "ad": "Buy it!", "tone": "loud"}
    mapping = settled(MapSpec(system="Be {tone}.", prompt="Advertise a {colour} {product}.", answer="{ad}"), row)
    assert mapping.format == "custom"
    assert record_of(row, mapping, "") == Conversation(
        [
            {"role": "system", "content": "Be loud."},
            {"role": "user", "content": "Advertise a red lamp."},
            {"role": "assistant", "content": "Buy it!"},
        ]
    )
    assert columns_used(mapping) == ["tone", "colour", "product", "ad"]


def test_a_system_prompt_of_the_row_stands() -> None:
    told = [{"role": "system", "content": "mine"}, *SAID]
    mapping = settled(MapSpec(system="yours"), {"messages": SAID})
    assert record_of({"messages": told}, mapping, "") == Conversation(told)
    assert record_of({"messages": SAID}, mapping, "") == Conversation([{"role": "system", "content": "yours"}, *SAID])


def test_a_bare_column_name_stands_for_the_column() -> None:
    row = {"ask": "q", "reply": "a"}
    assert record_of(row, settled(MapSpec(prompt="ask", answer="reply"), row), "") == Conversation(SAID)


def test_contents_in_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    row = {"messages": [{"role": "user", "content": parts}, SAID[1]]}
    record = record_of(row, settled(MapSpec(), row), "")
    assert isinstance(record, Conversation)
    assert record.messages[0]["content"] == "one\ntwo"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (MapSpec(), "columns a, b do not look like any known format"),
        (MapSpec(format="alpaca"), "columns a, b do not look like the format alpaca"),
        (MapSpec(format="messages"), "columns a, b do not look like the format messages"),
        (MapSpec(prompt="{a}"), "one of three things"),
        (MapSpec(prompt="{a}", answer="{b}", text="{a}"), "one of three things"),
        (MapSpec(format="custom"), "one of three things"),
        (MapSpec(prompt="{a}", answer="{c}"), "names a column 'c', which is not there"),
        (MapSpec(messages="talk"), "names a column 'talk', which is not there"),
    ],
)
def test_what_does_not_suit_the_columns_is_said(mapping: MapSpec, said: str) -> None:
    with pytest.raises(DataError) as refused:
        settled(mapping, {"a": "x", "b": "y"})
    assert said in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "messages = None: expected a list of messages"),
        ("hello", "messages = 'hello': expected a list of messages"),
        ([], "messages = []: expected a list of messages"),
        ([3], "messages[0] = 3: expected an object"),
        ([{"role": "wizard", "content": "x"}], "messages[0].role = 'wizard': unknown role"),
        ([{"content": "x"}], "messages[0].role = None: unknown role"),
    ],
)
def test_a_row_that_does_not_fit_names_place_and_value(value: object, said: str) -> None:
    mapping = settled(MapSpec(), {"messages": SAID})
    with pytest.raises(DataError) as refused:
        record_of({"messages": value}, mapping, "a.jsonl, line 3")
    assert f"a.jsonl, line 3: {said}" in refused.value.message


def test_an_empty_answer_is_mapped_but_not_usable() -> None:
    mapping = settled(MapSpec(), {"question": "q", "answer": "a"})
    record = record_of({"question": "q", "answer": None}, mapping, "row 2")
    with pytest.raises(DataError, match=r"row 2: messages\[1\].content = '': empty"):
        usable(record, "row 2")


def test_nothing_is_recognised_in_unknown_columns() -> None:
    assert recognise(["a", "b"], [{"a": 1, "b": 2}]) is None


def test_contents_that_are_numbers_become_text_and_what_is_no_text_is_refused() -> None:
    mapping = settled(MapSpec(), {"messages": SAID})
    numbers = [{"role": "user", "content": 2}, {"role": "assistant", "content": None}]
    record = record_of({"messages": numbers}, mapping, "")
    assert record == Conversation([{"role": "user", "content": "2"}, {"role": "assistant", "content": ""}])
    odd = [{"role": "user", "content": {"a": 1}}]
    with pytest.raises(DataError, match=r"messages\[0\]\.content = .*: expected text"):
        record_of({"messages": odd}, mapping, "")


SQUAD = {"title": "t", "context": "c", "question": "q", "answers": {"text": ["a"], "answer_start": [3]}}


def test_a_column_of_objects_is_no_answer() -> None:
    assert recognise(list(SQUAD), [SQUAD]) is None
    assert recognise(["question", "answers"], [{"question": "q", "answers": ["a", "b"]}]) is None
    assert recognise(["data"], [{"data": {"a": 1}}]) is None
    row = {**SQUAD, "answer": 3}
    assert record_of(row, settled(MapSpec(), row), "") == pair("q\n\nc", "3")


def test_a_context_of_objects_is_left_out() -> None:
    row = {"question": "q", "answer": "a", "context": {"title": ["t"]}, "system": ["s"]}
    assert record_of(row, settled(MapSpec(), row), "") == Conversation(SAID)


@pytest.mark.parametrize(
    ("row", "learnt"),
    [
        ({"rejected": SAID, "chosen": SAID}, Conversation(SAID)),
        ({"rejected": "no", "chosen": "yes"}, PlainText("yes")),
        ({"prompt": "q", "rejected": "no", "chosen": "a"}, Conversation(SAID)),
        ({"prompt": SAID[:1], "rejected": [{"role": "assistant", "content": "no"}], "chosen": SAID[1:]},
         Conversation(SAID)),
        ({"prompt": "q", "rejected": SAID[:1], "chosen": SAID}, Conversation(SAID)),
    ],
)  # fmt: skip
def test_of_two_answers_the_chosen_one_is_learnt(row: dict[str, Any], learnt: Record) -> None:
    mapping = settled(MapSpec(), row)
    assert record_of(row, mapping, "") == learnt
    assert columns_used(mapping)[-1] == "chosen"


def test_what_was_rejected_is_never_learnt() -> None:
    assert recognise(["rejected"], [{"rejected": SAID}]) is None
    assert recognise(["prompt", "rejected_response"], [{"prompt": "q", "rejected_response": "no"}]) is None


@pytest.mark.parametrize("key", ["tool_calls", "function_call"])
def test_a_message_that_calls_tools_is_refused(key: str) -> None:
    mapping = settled(MapSpec(), {"messages": SAID})
    calls = [SAID[0], {"role": "assistant", "content": "", key: [{"name": "search"}]}]
    with pytest.raises(DataError) as refused:
        record_of({"messages": calls}, mapping, "a.jsonl, line 3")
    assert refused.value.message.startswith(f"a.jsonl, line 3: messages[1].{key} = [{{'name': 'search'}}]: a call")
    without = [SAID[0], {**SAID[1], key: [], "name": "bot", "weight": 1}]
    assert record_of({"messages": without}, mapping, "") == Conversation(SAID)


def test_messages_with_odd_entries_are_looked_at_without_harm() -> None:
    odd = [{"role": "user", "content": "q"}, 3, {"role": ["assistant"], "content": "a"}]
    assert recognise(["id", "talk"], [{"id": 1, "talk": odd}]) is None


@pytest.mark.parametrize("name", ["Hello {name}", "{a}", "a.b", " text ", "two\nlines"])
def test_a_column_with_braces_in_its_name_is_still_a_column(name: str) -> None:
    assert record_of({name: "t"}, settled(MapSpec(), {name: "t"}), "") == PlainText("t")
    by_hand = settled(MapSpec(text=name), {name: "t", "id": 1})
    assert record_of({name: "t"}, by_hand, "") == PlainText("t")
    assert settle(by_hand, [name, "id"], []) == by_hand


def test_recognised_columns_may_have_blanks_around_their_names() -> None:
    row = {" question ": "q", "Answer\n": "a"}
    assert record_of(row, settled(MapSpec(), row), "") == Conversation(SAID)


def test_how_braces_are_written_is_said() -> None:
    with pytest.raises(DataError) as refused:
        settled(MapSpec(text="Hello {name}"), {"a": "x"})
    assert refused.value.hint.endswith(r"written {{ and }}, and in the name of a column \{ and \}.")
