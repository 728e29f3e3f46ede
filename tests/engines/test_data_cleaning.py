"""The steps of a recipe: what each does to a row, and that doing it twice changes nothing more."""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mactuner_tui.core.errors import DataError, DiskFullError, ModelError, SpecError
from mactuner_tui.core.records import Conversation, PlainText, Record, to_row
from mactuner_tui.core.specs.cleaning import (
    STEPS,
    Addresses,
    ExactDuplicates,
    Html,
    LengthInCharacters,
    LengthInTokens,
    LowerCase,
    MissingValues,
    NearDuplicates,
    RegularExpression,
    Roles,
    SpecialCharacters,
    StepSpec,
    Unicode,
    WhiteSpace,
)
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.engines.data.cleaning import steps
from mactuner_tui.engines.data.cleaning.pipeline import Pipeline
from mactuner_tui.engines.data.counting import TokenCounter
from mactuner_tui.engines.data.rows import Row
from tests.engines.test_data_alike import text
from tests.engines.tiny_tokenizers import TEMPLATE, unigram

FILE = Path("rows.jsonl")
ASK = MapSpec(format="custom", prompt="{q}", answer="{a}")
PLAIN = MapSpec(format="text", text="{text}")
TALK = MapSpec(format="messages", messages="messages")


def no_counter() -> TokenCounter:
    raise AssertionError("no step here counts tokens")


def clean(
    rows: Sequence[dict[str, Any]], *recipe: StepSpec, mapping: MapSpec = PLAIN, counter: Any = no_counter
) -> tuple[list[Record], Pipeline]:
    """What is left of the rows, and the pipeline with its counts."""
    pipeline = Pipeline(mapping, recipe, counter)
    read = [Row(FILE, number, values) for number, values in enumerate(rows, start=1)]
    return [item.record for item in pipeline.run(read, strict=False)], pipeline


def cleaned(text: str, step: StepSpec) -> str:
    """One text after one step."""
    (record,), _ = clean([{"text": text}], step)
    assert isinstance(record, PlainText)
    return record.text


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (LowerCase(), "ÄGYPTEN İs HERE", "ägypten i̇s here"),
        (WhiteSpace(), "\n \n  a\t\tb  \r\n\r\n\r\n\r\nc\u3000d \n", "a b\n\nc d"),
        (WhiteSpace(), "def f():\n    return  1", "def f():\n    return 1"),
        (WhiteSpace(), "\n    if x:\n        y  = 1\n    z\n", "    if x:\n        y = 1\n    z"),
        (WhiteSpace(keep_indentation=False), "  a\t\tb  \r\n\r\n\r\n\r\nc\u3000d \n", "a b\n\nc d"),
        (WhiteSpace(keep_indentation=False), "def f():\n    return  1", "def f():\nreturn 1"),
        (Unicode(), "e\u0301 ﬁ", "é ﬁ"),
        (Unicode(form="NFKC"), "ﬁ Ａ", "fi A"),
        (SpecialCharacters(), "a\x00b\u200bc\ufeff d\te\nf", "abc d\te\nf"),
        (SpecialCharacters(), "family 👨‍👩‍👧 stays", "family 👨‍👩‍👧 stays"),
        (SpecialCharacters(what="symbols"), "fine 👍🏽 → 3 € + 4 °", "fine   3 € + 4 "),
        (SpecialCharacters(what="symbols"), "می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
        (SpecialCharacters(what="symbols"), "👨\u200d👩\u200d👧 a\u200c b\u200d\u200dc \u200cd", " a bc d"),
        (Html(), "<p>One &amp; <b>two</b></p><p>three</p>", "One & two\nthree\n"),
        (Html(), "<script>alert(1)</script>seen<style>p {}</style>", "seen"),
        (Html(), "List<int> x; if a < b and c > d: &amp;lt;", "List<int> x; if a < b and c > d: <"),
        (Html(), "<!DOCTYPE html>\n<head><title>T</title></head><body id=b>hi<!-- no --></body>", "\nhi"),
        (Html(), "<div class='a>b' hidden><a href=x.y/?a=b target=_blank>l</a><IMG src=\"s\"alt='t' /></div>", "l\n"),
        (Html(), "one<br/>two<BR>three<p>four", "one\ntwo\nthree\nfour"),
        (Html(), "&copy; &#65;&#x42; &notit;", "© AB &notit;"),
        (Addresses(urls=True, emails=True), "see https://example.org/a?b=1 or me@example.org.", "see  or ."),
        (Addresses(emails=False, replacement="<URL>"), "https://x.io me@x.io", "<URL> me@x.io"),
        (Addresses(urls=False, emails=False), "key AKIAIOSFODNN7EXAMPLE1 no", "key AKIAIOSFODNN7EXAMPLE1 no"),
        (Addresses(urls=False, emails=False), "key AKIAIOSFODNN7EXAMPLE no", "key  no"),
        (RegularExpression(pattern=r"(\d+) EUR", replacement=r"€\1"), "5 EUR, 70 EUR", "€5, €70"),
        (RegularExpression(), "as it was", "as it was"),
        (RegularExpression(action="keep_matching"), "as it was", "as it was"),
        (RegularExpression(action="drop_matching"), "as it was", "as it was"),
    ],
)
def test_what_a_step_does_to_a_text(step: StepSpec, before: str, after: str) -> None:
    assert cleaned(before, step) == after


@pytest.mark.parametrize(
    "text",
    [
        "Put it into the <head> element of the page, then save the file.",
        "wrap it in `<style>`; the rest",
        "a <script src='x.js'> alone, and the rest",
        "if (a<b && c>d) return",
        "if x<a and y>q: pass",
        "while i<data and j>k:",
        "std::vector<s> x; Map<u, i> y;",
        "x <?php echo 1 ?> y",
        "<?xml version='1.0'?> <![CDATA[a < b]]> <!ENTITY a 'b'>",
        "an arrow <!-- and no end",
        "f(a &lt, b &amp c) ?x=1&copy=2",
    ],
)
def test_what_only_looks_like_html_stays(text: str) -> None:
    assert cleaned(text, Html()) == text


@pytest.mark.parametrize("part", ["<b>", "<script>", "<!--", '<a x="', "<a x=y ", "<a\t/", "<", "<a disabled ", "&a"])
def test_twenty_times_as_much_html_does_not_take_its_square(part: str) -> None:
    def seconds(characters: int) -> float:
        before = time.process_time()
        cleaned(part * (characters // len(part)), Html())
        return time.process_time() - before

    # In proportion it would be twenty times, by the square four hundred; below 50 ms nothing can be told.
    assert seconds(200_000) < max(100 * seconds(10_000), 0.5)


PAIR = {"q": "ASK", "a": "SAY", "s": "BE"}


@pytest.mark.parametrize(
    ("part", "said"),
    [("all", "be ask say"), ("prompt", "BE ask SAY"), ("answer", "BE ASK say"), ("system", "be ASK SAY")],
)
def test_a_step_keeps_to_its_part(part: Any, said: str) -> None:
    mapping = MapSpec(format="custom", system="{s}", prompt="{q}", answer="{a}")
    (record,), _ = clean([PAIR], LowerCase(part=part), mapping=mapping)
    assert isinstance(record, Conversation)
    assert " ".join(message["content"] for message in record.messages) == said


@pytest.mark.parametrize(
    ("step", "left"),
    [
        (MissingValues(), [0]),
        (MissingValues(columns="q"), [0, 1]),
        (MissingValues(columns="q, a"), [0]),
        (MissingValues(columns="note"), []),
    ],
)
def test_rows_with_missing_values_are_dropped(step: MissingValues, left: list[int]) -> None:
    rows: list[dict[str, Any]] = [{"q": "0", "a": "x"}, {"q": "1", "a": " "}, {"q": None, "a": "x"}, {"a": "x"}]
    records, pipeline = clean(rows, step, mapping=ASK)
    assert [int(to_row(record)["messages"][0]["content"]) for record in records] == left
    assert pipeline.effects[0].dropped == 4 - len(left)


def test_missing_values_are_filled_or_done_without() -> None:
    mapping = MapSpec(format="custom", prompt="{q}\nHint: {hint}", answer="{a}")
    rows: list[dict[str, Any]] = [{"q": "1", "hint": "h", "a": "x"}, {"q": "2", "hint": None, "a": "x"}]
    filled, _ = clean(rows, MissingValues(columns="hint", action="fill", fill="none"), mapping=mapping)
    without, _ = clean(rows, MissingValues(columns="hint", action="drop_column"), mapping=mapping)
    said = [[to_row(record)["messages"][0]["content"] for record in records] for records in (filled, without)]
    assert said == [["1\nHint: h", "2\nHint: none"], ["1", "2"]]


def test_the_first_of_equal_rows_is_kept() -> None:
    rows = [{"text": "b"}, {"text": "a"}, {"text": "b"}, {"text": "A"}]
    assert clean(rows, ExactDuplicates())[0] == [PlainText("b"), PlainText("a"), PlainText("A")]
    assert clean(rows, LowerCase(), ExactDuplicates())[0] == [PlainText("b"), PlainText("a")]


def test_the_first_of_nearly_equal_rows_is_kept() -> None:
    rows = [{"text": text(1)}, {"text": text(2)}, {"text": text(1) + " once more"}, {"text": text(2).upper()}]
    records, pipeline = clean(rows, NearDuplicates(similarity=0.85))
    assert records == [PlainText(text(1)), PlainText(text(2))]
    assert (pipeline.effects[0].seen, pipeline.effects[0].dropped) == (4, 2)


def test_rows_are_chosen_by_a_regular_expression() -> None:
    rows = [{"text": "one 1"}, {"text": "two"}]
    assert clean(rows, RegularExpression(pattern=r"\d", action="drop_matching"))[0] == [PlainText("two")]
    assert clean(rows, RegularExpression(pattern=r"\d", action="keep_matching"))[0] == [PlainText("one 1")]


def test_rows_are_chosen_by_their_length() -> None:
    rows = [{"q": "q" * 9, "a": "a" * count} for count in (1, 5, 9)]
    left, _ = clean(rows, LengthInCharacters(part="answer", minimum=2, maximum=8), mapping=ASK)
    assert [len(to_row(record)["messages"][1]["content"]) for record in left] == [5]
    assert len(clean(rows, LengthInCharacters(minimum=0, maximum=0), mapping=ASK)[0]) == 3


def test_rows_are_chosen_by_their_tokens(starter: Path) -> None:
    counter = TokenCounter.load(starter)
    rows = [{"text": "word " * count} for count in (1, 20, 400)]
    left, pipeline = clean(rows, LengthInTokens(minimum=5, maximum=100), counter=lambda: counter)
    assert left == [PlainText("word " * 20)]
    assert pipeline.effects[0].dropped == 2


@pytest.mark.parametrize(
    ("roles", "left"),
    [
        ("user assistant", "user:0 assistant:1"),
        ("assistant user assistant user", "user:1 assistant:2"),
        ("user user assistant assistant", "user:0\n\n1 assistant:2\n\n3"),
        ("user assistant system", "system:2 user:0 assistant:1"),
        ("system user", ""),
        ("assistant", ""),
    ],
)
def test_messages_are_brought_into_order(roles: str, left: str) -> None:
    messages = [{"role": role, "content": str(place)} for place, role in enumerate(roles.split())]
    records, _ = clean([{"messages": messages}], Roles(), mapping=TALK)
    said = [message for record in records for message in to_row(record)["messages"]]
    assert " ".join(f"{message['role']}:{message['content']}" for message in said) == left


def test_steps_work_in_order_and_tell_what_they_did() -> None:
    rows = [{"text": " A "}, {"text": "a"}, {"text": ""}, {"text": "b"}]
    records, pipeline = clean(
        rows,
        WhiteSpace(keep_indentation=False),
        LowerCase(on=False),
        LowerCase(),
        ExactDuplicates(),
        LengthInCharacters(minimum=1),
    )
    assert records == [PlainText("a"), PlainText("b")]
    did = [(effect.seen, effect.changed, effect.dropped) for effect in pipeline.effects]
    assert did == [(4, 1, 0), (0, 0, 0), (4, 1, 0), (4, 0, 1), (3, 0, 1)]
    assert [(change.row, change.before, change.after) for change in pipeline.effects[2].examples] == [(0, "A", "a")]
    assert [(change.row, change.before, change.after) for change in pipeline.effects[3].examples] == [(1, "a", None)]


def test_rows_that_cannot_be_used_are_counted_with_their_place_and_reason() -> None:
    rows: list[dict[str, Any]] = [
        {"messages": "no"},
        {"messages": []},
        {"messages": [{"role": "user", "content": "q"}]},
    ]
    pipeline = Pipeline(TALK, (), no_counter)
    assert list(pipeline.run([Row(FILE, line, values) for line, values in enumerate(rows, start=5)])) == []
    assert (pipeline.read, pipeline.mapped, pipeline.clean, pipeline.unusable_count) == (3, 1, 0, 3)
    assert [bad.where for bad in pipeline.unusable] == [f"rows.jsonl, line {line}" for line in (5, 6, 7)]
    assert pipeline.unusable[0].reason.startswith("messages = 'no': expected a list of messages.")
    assert pipeline.unusable[2].reason.startswith("no message of the assistant")


ENDLESS = "(a+)+$"


@pytest.mark.parametrize("action", ["replace", "drop_matching", "keep_matching"])
def test_a_text_that_a_pattern_takes_too_long_on_is_left_out_in_words(action: Any) -> None:
    rows = [{"text": "a"}, {"text": "a" * 5000 + "b"}, {"text": "aa"}]
    records, pipeline = clean(rows, RegularExpression(pattern=ENDLESS, action=action, replacement="x"))
    assert len(records) == (0 if action == "drop_matching" else 2)
    (bad,) = pipeline.unusable
    assert (bad.where, bad.number, pipeline.unusable_count) == ("rows.jsonl, line 2", 1, 1)
    assert bad.reason.startswith(f"pattern = {ENDLESS!r} takes more than 2 s on the text 'aaa")


def test_steps_can_be_broken_off_between_two_rows() -> None:
    class BrokenOffError(Exception):
        pass

    def check() -> None:
        if pipeline.read == 3:
            raise BrokenOffError

    pipeline = Pipeline(PLAIN, [LowerCase()], no_counter, check)
    with pytest.raises(BrokenOffError):
        list(pipeline.run(Row(FILE, line, {"text": "A"}) for line in range(1, 9)))


def test_rows_that_the_chat_template_refuses_are_left_out_in_words() -> None:
    refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE
    counter = TokenCounter(unigram(refusing))
    rows = [{"q": "hello", "a": "answer", "s": told} for told in ("", "this is a world", "")]
    mapping = MapSpec(format="custom", system="{s}", prompt="{q}", answer="{a}")
    records, pipeline = clean(rows, LengthInTokens(), mapping=mapping, counter=lambda: counter)
    assert (len(records), pipeline.effects[0].seen, pipeline.effects[0].dropped) == (2, 3, 0)
    (bad,) = pipeline.unusable
    assert (bad.where, bad.number) == ("rows.jsonl, line 2", 1)
    assert "refuses a row with the roles system, user, assistant: no system" in bad.reason


def test_without_a_chat_template_tokens_of_conversations_cannot_be_counted() -> None:
    tokenizer = unigram()
    tokenizer.chat_template = None
    with pytest.raises(ModelError, match="no chat template"):
        clean([{"q": "q", "a": "a"}], LengthInTokens(), mapping=ASK, counter=lambda: TokenCounter(tokenizer))


def test_long_rows_are_counted_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "BATCH_CHARACTERS", 100)
    counted: list[int] = []

    class Watching(TokenCounter):
        def count_accepted(self, records: Sequence[Record]) -> list[int | None]:
            counted.append(len(records))
            return super().count_accepted(records)

    counter = Watching(unigram())
    rows = [{"text": "a" * length} for length in (40, 40, 40, 500, 1)]
    assert len(clean(rows, LengthInTokens(maximum=0), counter=lambda: counter)[0]) == 5
    assert counted == [2, 1, 1, 1]


def test_a_step_on_a_column_that_is_not_there_is_refused() -> None:
    recipe = [MissingValues(columns="q, nto"), MissingValues(columns="gone", on=False)]
    with pytest.raises(DataError) as refused:
        Pipeline(ASK, recipe, no_counter, columns=["q", "a"])
    assert refused.value.message == "The step 'Missing values' names a column 'nto', which is not there."
    assert "The columns are q, a." in refused.value.hint
    Pipeline(ASK, [MissingValues(columns="q, meta.lang")], no_counter, columns=["q", "a", "meta"])


def test_doing_without_columns_needs_their_names() -> None:
    with pytest.raises(SpecError, match="Missing values: columns = '': drop_column must be told which columns"):
        Pipeline(ASK, [MissingValues(action="drop_column")], no_counter)
    Pipeline(ASK, [MissingValues(action="drop_column", on=False)], no_counter)


def test_rows_without_an_answer_are_noted_even_where_they_are_let_through() -> None:
    records, pipeline = clean([{"q": "q", "a": "a"}, {"q": "q", "a": ""}], mapping=ASK)
    assert len(records) == 2
    assert (pipeline.clean, pipeline.unusable_count) == (1, 1)
    assert [bad.number for bad in pipeline.unusable] == [1]
    assert pipeline.unusable[0].reason.startswith("messages[1].content = '': empty.")


def test_a_replacement_that_names_no_group_is_refused_in_words() -> None:
    with pytest.raises(SpecError, match=r"replacement = "):
        cleaned("a", RegularExpression(pattern="a", replacement=r"\2"))
    with pytest.raises(SpecError, match="not a regular expression"):
        RegularExpression.of({"pattern": "("})


PIECES = [
    "<b>",
    "</b>",
    "<a x='",
    "<head>",
    "</head>",
    "<!--",
    "-->",
    "<?",
    "</p>",
    "&amp;",
    "&lt;",
    "http://a.b/c",
    "x@y.org",
    "www.",
    "\r\n",
    "AKIAIOSFODNN7EXAMPLE",
    "<int>",
]
TEXTS = st.lists(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from([*"<>&;/:.@\t\n\r  \u200b\u200c\u200d\ufe0f\u0301ﬁم가각한글👍🏽İß"]),
        st.sampled_from(PIECES),
    ),
    max_size=40,
).map("".join)
TEXT_STEPS: list[StepSpec] = [
    LowerCase(),
    WhiteSpace(),
    WhiteSpace(keep_indentation=False),
    Unicode(),
    Unicode(form="NFKC"),
    SpecialCharacters(),
    SpecialCharacters(what="symbols"),
    Html(),
    Addresses(),
]


@pytest.mark.parametrize("step", TEXT_STEPS, ids=lambda step: json.dumps(step.model_dump())[:60])
@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_a_step_done_twice_changes_nothing_more(step: StepSpec, before: str) -> None:
    once = cleaned(before, step)
    assert cleaned(before, step) == once
    assert cleaned(once, step) == once


ROLE = st.sampled_from(["system", "user", "assistant", "tool"])
MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLE, "content": st.sampled_from("abc")}), min_size=1, max_size=7)
ROW_STEPS: list[StepSpec] = [Roles(), ExactDuplicates(), NearDuplicates(), LengthInCharacters(minimum=2, maximum=9)]


@pytest.mark.parametrize("step", ROW_STEPS, ids=lambda step: type(step).__name__)
@settings(max_examples=80, deadline=None)
@given(st.lists(MESSAGES, max_size=6))
def test_a_step_on_rows_is_deterministic_and_idempotent(step: StepSpec, talks: list[Any]) -> None:
    once, _ = clean([{"messages": messages} for messages in talks], step, mapping=TALK)
    again, _ = clean([{"messages": messages} for messages in talks], step, mapping=TALK)
    twice, _ = clean([to_row(record) for record in once], step, mapping=TALK)
    assert once == again == twice


def test_every_step_is_offered() -> None:
    assert {step().model_dump()["step"] for step in STEPS} == {
        step.model_fields["step"].default for step in STEPS if "step" in step.model_fields
    }
    assert len(STEPS) == 13


def test_an_example_of_a_long_text_shows_where_it_changed() -> None:
    _, pipeline = clean([{"text": "x" * 5000 + " HERE " + "y" * 5000}], LowerCase())
    (example,) = pipeline.effects[0].examples
    assert example.before.startswith("…xxx")
    assert example.after is not None
    assert (example.before[401:406], example.after[401:406]) == ("HERE ", "here ")
    assert len(example.before) == 2001


def test_a_disk_too_small_for_what_waits_is_named(
    small_disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = small_disk(64)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with pytest.raises(DiskFullError, match=str(place)):
        clean([{"text": text(seed, 5000)} for seed in range(20)], NearDuplicates())
