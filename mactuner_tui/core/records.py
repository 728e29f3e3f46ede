"""The rows of a prepared dataset: reading and judging them. Knows nothing of tokens or templates."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mactuner_tui.core.errors import DataError

ROLES = ("system", "user", "assistant", "tool")
ACCEPTED = '{"messages": [...]}, {"text": ...} or {"prompt": ..., "completion": ...}'


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of messages in chat form: `{"role", "content"}` each. The answers of the assistant are what is learnt."""

    messages: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PlainText:
    """A row of running text, all of which is learnt."""

    text: str


Record = Conversation | PlainText


def read_records(path: Path) -> Iterator[Record]:
    """The rows of a JSON Lines file.

    Raises `DataError` naming the file, row (counted from 1), field and value at the first row that cannot be used.
    """
    try:
        lines = path.open("rb")
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror}.", "Prepare the dataset again, or name another."
        ) from error
    with lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield parse_record(line, f"{path}, row {number}")


def parse_record(line: bytes, where: str) -> Record:
    """One row that can be trained on. `where` names its file and row for the error."""
    return usable(_shaped(parse_row(line, where), where), where)


def parse_row(line: bytes, where: str) -> dict[str, Any]:
    """One line of JSON Lines, which must hold an object."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{where}: not valid JSON ({error}): {shortened(line.decode('utf-8', 'replace'))}",
            "Each line must hold one complete JSON object. Correct or remove this row.",
        ) from None
    if not isinstance(row, dict):
        raise DataError(f"{where}: expected a JSON object, found {shortened(row)}.", f"A row is {ACCEPTED}.")
    return row


def _shaped(row: dict[str, Any], where: str) -> Record:
    if "messages" in row:
        return conversation(row["messages"], "messages", where)
    if "prompt" in row and "completion" in row:
        return pair(row["prompt"], row["completion"])
    if "text" in row:
        return PlainText(row["text"])
    raise DataError(f"{where}: no known field among {shortened(sorted(row))}.", f"A row is {ACCEPTED}.")


def conversation(messages: Any, field: str, where: str) -> Conversation:
    """A conversation of messages with known roles and a text each, which may be empty."""
    if not isinstance(messages, list) or not messages:
        raise DataError(
            f"{where}: {field} = {shortened(messages)}: expected a list of messages.", f"A row is {ACCEPTED}."
        )
    for index, message in enumerate(messages):
        place = f"{field}[{index}]"
        if not isinstance(message, dict):
            raise DataError(
                f"{where}: {place} = {shortened(message)}: expected an object with role and content.",
                f"A row is {ACCEPTED}.",
            )
        if message.get("role") not in ROLES:
            raise DataError(
                f"{where}: {place}.role = {shortened(message.get('role'))}: unknown role.",
                f"Roles are {', '.join(ROLES)}. Correct or remove this row.",
            )
        _text(message.get("content"), f"{place}.content", where)
    return Conversation(messages)


def pair(prompt: str, answer: str, system: str = "") -> Conversation:
    """A question and its answer, told who to be if `system` says so."""
    told = [{"role": "system", "content": system}] if system else []
    return Conversation(
        [*told, {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}],
    )


def usable(record: Record, where: str) -> Record:
    """The record, if there is something to learn in it. Raises `DataError` naming what is empty or no text."""
    match record:
        case PlainText(text):
            _content(text, "text", where)
        case Conversation(messages):
            for index, message in enumerate(messages):
                _content(message.get("content"), f"messages[{index}].content", where)
            if not any(message["role"] == "assistant" for message in messages):
                raise DataError(
                    f"{where}: no message of the assistant, so there is nothing to learn.",
                    "Add an answer, or remove this row.",
                )
    return record


def texts_of(record: Record) -> list[str]:
    """The texts of a record, in order."""
    match record:
        case PlainText(text):
            return [text]
        case Conversation(messages):
            return [message["content"] for message in messages]


def to_row(record: Record) -> dict[str, Any]:
    """The record as a row of a dataset, in the form mlx-lm and TRL read too."""
    match record:
        case PlainText(text):
            return {"text": text}
        case Conversation(messages):
            return {"messages": messages}


def _text(content: Any, field: str, where: str) -> str:
    if not isinstance(content, str):
        raise DataError(f"{where}: {field} = {shortened(content)}: expected text.", "Correct or remove this row.")
    return content


def _content(content: Any, field: str, where: str) -> None:
    if not _text(content, field, where).strip():
        raise DataError(f"{where}: {field} = {shortened(content)}: empty.", "Fill it in, or remove this row.")
    try:
        content.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"{where}: {field} = {ascii(content)[:60]}: half of a surrogate pair, which is no character.",
            "Correct or remove this row.",
        ) from None


def shortened(value: Any, limit: int = 60) -> str:
    """A value as an error message quotes it: cut to `limit` characters."""
    text = repr(value) if not isinstance(value, str) else repr(value[: 2 * limit].rstrip("\n"))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
