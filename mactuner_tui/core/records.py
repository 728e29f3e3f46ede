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
    """One row. `where` names its file and row for the error."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{where}: not valid JSON ({error}): {_shortened(line.decode('utf-8', 'replace'))}",
            "Each line must hold one complete JSON object. Correct or remove this row.",
        ) from None
    if not isinstance(row, dict):
        raise DataError(f"{where}: expected a JSON object, found {_shortened(row)}.", f"A row is {ACCEPTED}.")
    if "messages" in row:
        return _conversation(row["messages"], where)
    if "prompt" in row and "completion" in row:
        pair = [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]}]
        return _conversation(pair, where)
    if "text" in row:
        return PlainText(_content(row["text"], "text", where))
    raise DataError(f"{where}: no known field among {_shortened(sorted(row))}.", f"A row is {ACCEPTED}.")


def _conversation(messages: Any, where: str) -> Conversation:
    if not isinstance(messages, list) or not messages:
        raise DataError(
            f"{where}: messages = {_shortened(messages)}: expected a list of messages.", f"A row is {ACCEPTED}."
        )
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        if not isinstance(message, dict):
            raise DataError(
                f"{where}: {place} = {_shortened(message)}: expected an object with role and content.",
                f"A row is {ACCEPTED}.",
            )
        role = message.get("role")
        if role not in ROLES:
            raise DataError(
                f"{where}: {place}.role = {_shortened(role)}: unknown role.",
                f"Roles are {', '.join(ROLES)}. Correct or remove this row.",
            )
        _content(message.get("content"), f"{place}.content", where)
    if not any(message["role"] == "assistant" for message in messages):
        raise DataError(
            f"{where}: no message of the assistant, so there is nothing to learn.", "Add an answer, or remove this row."
        )
    return Conversation(messages)


def _content(content: Any, field: str, where: str) -> str:
    if not isinstance(content, str):
        raise DataError(f"{where}: {field} = {_shortened(content)}: expected text.", "Correct or remove this row.")
    if not content.strip():
        raise DataError(f"{where}: {field} = {_shortened(content)}: empty.", "Fill it in, or remove this row.")
    try:
        content.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"{where}: {field} = {ascii(content)[:60]}: half of a surrogate pair, which is no character.",
            "Correct or remove this row.",
        ) from None
    return content


def _shortened(value: Any, limit: int = 60) -> str:
    text = repr(value) if not isinstance(value, str) else repr(value.rstrip("\n"))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
