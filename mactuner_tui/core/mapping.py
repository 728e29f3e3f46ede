"""From the columns of a file to what a model learns: recognising the format, and rendering a row by it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mactuner_tui.core import records
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.foreign_messages import conversation_of, is_sharegpt, messages_in, roles_in
from mactuner_tui.core.records import PlainText, Record
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.core.template import placeholder, template, value_of

PAIRS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "alpaca": (("instruction",), ("output", "response")),
    "prompt_completion": (("prompt",), ("completion", "response", "chosen")),
    "question_answer": (
        ("question", "query", "input", "q", "problem", "user", "질문", "問題", "質問", "问题"),
        ("answer", "answers", "response", "output", "a", "solution", "assistant", "답변", "回答", "答案"),
    ),
}
"""By format, the names of the column that asks and of the one that answers, the likelier ones first."""
CONTEXTS = ("input", "context")
"""Columns that an instruction or a question refers to."""
TEXTS = ("text", "content", "document", "body", "article", "passage", "chosen")
SYSTEM = "system"
REJECTED = "rejected"
"""In the name of a column that holds what is not to be learnt: the worse of two answers."""


def recognise(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec | None:
    """The mapping that columns and first values suggest, None when nothing is known of them."""
    for column in _wanted(columns):
        messages = messages_in(_first_value(column, rows))
        if messages is not None and {"user", "assistant"} <= roles_in(messages):
            return MapSpec(format="sharegpt" if is_sharegpt(messages) else "messages", messages=column)
    for name in PAIRS:
        if found := _pair(name, columns, rows):
            return found
    return _text(columns, rows)


def settle(mapping: MapSpec, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec:
    """The mapping made complete: what it leaves open is recognised. Raises `DataError` naming what does not fit."""
    if mapping.format == "auto" and _is_by_hand(mapping):
        mapping = mapping.model_copy(update={"format": "custom"})
    if not _is_by_hand(mapping):
        mapping = _completed(mapping, columns, rows)
    mapping = MapSpec.of({name: _as_template(name, value, columns) for name, value in mapping.model_dump().items()})
    shapes = [bool(mapping.messages), bool(mapping.prompt or mapping.answer), bool(mapping.text)]
    if sum(shapes) != 1 or bool(mapping.prompt) != bool(mapping.answer):
        raise DataError(
            "The mapping must say one of three things: prompt and answer, or text, or the column with a conversation.",
            "Fill in prompt and answer (or one of the other two), and leave the rest empty.",
        )
    check_columns("The mapping", columns_used(mapping), columns, rows)
    return mapping


def check_columns(who: str, named: Iterable[str], columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise `DataError` for a named column that is not there. `who` names it, for the message."""
    for column in named:
        if column not in columns and all(value_of(row, column) is None for row in rows):
            raise DataError(
                f"{who} names a column {column!r}, which is not there.",
                f"The columns are {', '.join(columns)}. Braces that are meant as text are written {{{{ and }}}}, "
                r"and in the name of a column \{ and \}.",
            )


def columns_used(mapping: MapSpec) -> list[str]:
    """The columns a settled mapping reads, in order."""
    named = [mapping.messages] if mapping.messages else []
    for text in (mapping.system, mapping.prompt, mapping.answer, mapping.text):
        named += template(text).columns
    return list(dict.fromkeys(named))


def record_of(row: Mapping[str, Any], mapping: MapSpec, where: str) -> Record:
    """A row by a settled mapping. Its texts may be empty. Raises `DataError` when a value has not the right shape."""
    if mapping.text:
        return PlainText(template(mapping.text).render(row))
    system = template(mapping.system).render(row) if mapping.system else ""
    if mapping.messages:
        return conversation_of(value_of(row, mapping.messages), mapping.messages, system, where)
    asked, answered = _said(row, mapping.prompt), _said(row, mapping.answer)
    if isinstance(asked, str) and isinstance(answered, str):
        return records.pair(asked, answered, system)
    # TRL's conversational prompt and completion are lists of messages.
    whole = [*_as_messages(asked, "user"), *_as_messages(answered, "assistant")]
    return conversation_of(whole, mapping.prompt, system, where)


def _said(row: Mapping[str, Any], text: str) -> str | list[Any]:
    parsed = template(text)
    if parsed.only_column and (messages := messages_in(value_of(row, parsed.only_column))) is not None:
        return messages
    return parsed.render(row)


def _as_messages(said: str | list[Any], role: str) -> list[Any]:
    return [{"role": role, "content": said}] if isinstance(said, str) else said


def _is_by_hand(mapping: MapSpec) -> bool:
    return bool(mapping.prompt or mapping.answer or mapping.text or mapping.messages)


def _completed(mapping: MapSpec, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec:
    if mapping.format == "custom":
        return mapping
    if mapping.format in PAIRS:
        found = _pair(mapping.format, columns, rows)
    elif mapping.format == "text":
        found = _text(columns, rows)
    else:
        found = recognise(columns, rows)
        if found and mapping.format != "auto" and not found.messages:
            found = None
    if found is None:
        wanted = "any known format" if mapping.format == "auto" else f"the format {mapping.format}"
        raise DataError(
            f"The columns {', '.join(columns) or '(none)'} do not look like {wanted}.",
            "Say which column is what: prompt and answer, for example mapping.prompt={question} and "
            "mapping.answer={reply}; or text; or messages, the column of a conversation.",
        )
    return found.model_copy(update={"system": mapping.system or found.system})


def _pair(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec | None:
    asks, answers = PAIRS[name]
    texts = _texts(columns, rows)
    said = [column for column in _wanted(columns) if column in texts or messages_in(_first_value(column, rows))]
    asked = _find(asks, said)
    answered = _find(answers, [column for column in said if column != asked])
    if asked is None or answered is None:
        return None
    context = _find(CONTEXTS, [column for column in texts if column not in (asked, answered)])
    system = _find((SYSTEM,), texts)
    return MapSpec.of(
        {
            "format": name,
            "system": placeholder(system) if system else "",
            "prompt": "\n\n".join(placeholder(column) for column in (asked, context) if column),
            "answer": placeholder(answered),
        }
    )


def _text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec | None:
    texts = _texts(columns, rows)
    column = _find(TEXTS, texts) or (texts[0] if len(columns) == len(texts) == 1 else None)
    return MapSpec(format="text", text=placeholder(column)) if column else None


def _texts(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns whose first value is text, or a number: what a list or an object means cannot be known."""
    return [column for column in _wanted(columns) if not isinstance(_first_value(column, rows), list | dict)]


def _wanted(columns: Sequence[str]) -> list[str]:
    return [column for column in columns if REJECTED not in column.casefold()]


def _first_value(column: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    return next((row[column] for row in rows if row.get(column)), None)


def _find(names: Iterable[str], columns: Sequence[str]) -> str | None:
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def _as_template(field: str, value: str, columns: Sequence[str]) -> str:
    """A template that is nothing but a column's name stands for the column."""
    return placeholder(value) if field in ("prompt", "answer", "text") and value in columns else value
