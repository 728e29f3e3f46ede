"""From the columns of a file to what a model learns: recognising the format, and rendering a row by it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mactuner_tui.core import records
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.records import Conversation, PlainText, Record, shortened
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.core.template import template, text_of, value_of

ROLES = {
    "human": "user",
    "prompter": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "function": "tool",
    "observation": "tool",
    "developer": "system",
}
"""What other tools call the roles."""
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
TEXTS = ("text", "content", "document", "body", "article", "passage")
SYSTEM = "system"


def recognise(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec | None:
    """The mapping that columns and first values suggest, None when nothing is known of them."""
    for column in columns:
        value = next((row[column] for row in rows if row.get(column)), None)
        messages = _messages_in(value)
        if messages is not None and {"user", "assistant"} <= _roles_in(messages):
            is_sharegpt = any("from" in message for message in messages)
            return MapSpec(format="sharegpt" if is_sharegpt else "messages", messages=column)
    for name in PAIRS:
        if found := _pair(name, columns):
            return found
    return _text(columns)


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
                f"The columns are {', '.join(columns)}. Braces that are meant as text are written {{{{ and }}}}.",
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
        return _conversation(value_of(row, mapping.messages), mapping.messages, system, where)
    asked, answered = _said(row, mapping.prompt), _said(row, mapping.answer)
    if isinstance(asked, str) and isinstance(answered, str):
        return records.pair(asked, answered, system)
    # TRL's conversational prompt and completion are lists of messages.
    whole = [*_as_messages(asked, "user"), *_as_messages(answered, "assistant")]
    return _conversation(whole, mapping.prompt, system, where)


def _said(row: Mapping[str, Any], text: str) -> str | list[Any]:
    parsed = template(text)
    if text.startswith("{") and text.endswith("}") and len(parsed.columns) == 1:
        value = value_of(row, parsed.columns[0])
        if (messages := _messages_in(value)) is not None:
            return messages
    return parsed.render(row)


def _as_messages(said: str | list[Any], role: str) -> list[Any]:
    return [{"role": role, "content": said}] if isinstance(said, str) else said


def _conversation(value: Any, column: str, system: str, where: str) -> Conversation:
    entries = _parsed(value)
    if not isinstance(entries, list):
        raise DataError(
            f"{where}: {column} = {shortened(value)}: expected a list of messages.",
            'A message is {"role": ..., "content": ...} or {"from": ..., "value": ...}. Correct or remove this row.',
        )
    messages = [_message(entry) for entry in entries]
    if system and not any(_is_system(message) for message in messages[:1]):
        messages.insert(0, {"role": "system", "content": system})
    return records.conversation(messages, column, where)


def _message(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    role = entry.get("role", entry.get("from"))
    content = entry.get("content", entry.get("value"))
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        content = "\n".join(text_of(part.get("text")) for part in content)
    known = ROLES.get(role.lower(), role.lower()) if isinstance(role, str) else role
    return {"role": known, "content": content if isinstance(content, list | dict) else text_of(content)}


def _is_system(message: Any) -> bool:
    return isinstance(message, dict) and message["role"] == "system"


def _roles_in(messages: list[Any]) -> set[Any]:
    return {_message(message)["role"] for message in messages if isinstance(message, dict)}


def _messages_in(value: Any) -> list[Any] | None:
    """The value as a list of messages, None when it is none."""
    value = _parsed(value)
    if not isinstance(value, list) or not value:
        return None
    first = value[0]
    is_message = isinstance(first, dict) and ({"role", "content"} <= first.keys() or {"from", "value"} <= first.keys())
    return value if is_message else None


def _parsed(value: Any) -> Any:
    """A conversation that was written as text, as CSV must, taken apart."""
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _is_by_hand(mapping: MapSpec) -> bool:
    return bool(mapping.prompt or mapping.answer or mapping.text or mapping.messages)


def _completed(mapping: MapSpec, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> MapSpec:
    if mapping.format == "custom":
        return mapping
    if mapping.format in PAIRS:
        found = _pair(mapping.format, columns)
    elif mapping.format == "text":
        found = _text(columns)
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


def _pair(name: str, columns: Sequence[str]) -> MapSpec | None:
    asks, answers = PAIRS[name]
    asked = _find(asks, columns)
    answered = _find(answers, [column for column in columns if column != asked])
    if asked is None or answered is None:
        return None
    context = _find(CONTEXTS, [column for column in columns if column not in (asked, answered)])
    system = _find((SYSTEM,), columns)
    prompt = f"{{{asked}}}\n\n{{{context}}}" if context else f"{{{asked}}}"
    return MapSpec.of(
        {
            "format": name,
            "system": f"{{{system}}}" if system else "",
            "prompt": prompt,
            "answer": f"{{{answered}}}",
        }
    )


def _text(columns: Sequence[str]) -> MapSpec | None:
    column = _find(TEXTS, columns) or (columns[0] if len(columns) == 1 else None)
    return MapSpec(format="text", text=f"{{{column}}}") if column else None


def _find(names: Iterable[str], columns: Sequence[str]) -> str | None:
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def _as_template(field: str, value: str, columns: Sequence[str]) -> str:
    """A template that is nothing but a column's name stands for the column."""
    return f"{{{value}}}" if field in ("prompt", "answer", "text") and value in columns else value
