"""The parts of a record that a step can be limited to: prompt, answer, system. Plain text is all answer."""

from collections.abc import Callable, Iterator

from mactuner_tui.core.records import Conversation, PlainText, Record

PARTS = {"assistant": "answer", "system": "system"}
"""By role; every other role belongs to the prompt."""


def part_of(role: str) -> str:
    """The part that a message of this role belongs to."""
    return PARTS.get(role, "prompt")


def texts_in(record: Record, part: str) -> Iterator[str]:
    """The texts of a part; of `all`, every text."""
    match record:
        case PlainText(text):
            if part in ("all", "answer"):
                yield text
        case Conversation(messages):
            for message in messages:
                if part in ("all", part_of(message["role"])):
                    yield message["content"]


def changed(record: Record, part: str, change: Callable[[str], str]) -> Record:
    """The record with the texts of a part changed; the very same record when that leaves all as it was."""
    match record:
        case PlainText(text):
            after = change(text) if part in ("all", "answer") else text
            return record if after == text else PlainText(after)
        case Conversation(messages):
            altered = [
                {**message, "content": change(message["content"])}
                if part in ("all", part_of(message["role"]))
                else message
                for message in messages
            ]
            return record if altered == messages else Conversation(altered)
