"""Bringing the messages of a conversation into an order that chat templates take."""

from typing import Any

from mactuner_tui.core.records import Conversation, Record

GAP = "\n\n"


def in_order(record: Record) -> Record | None:
    """System first, then question and answer in turn, an answer last. None when no question with an answer is left.

    Neighbours of one role are joined. What an assistant says before the first question, and what no one answers, goes.
    """
    if not isinstance(record, Conversation):
        return record
    told = [message for message in record.messages if message["role"] == "system"]
    said = _joined([message for message in record.messages if message["role"] != "system"])
    while said and said[0]["role"] != "user":
        said.pop(0)
    while said and said[-1]["role"] != "assistant":
        said.pop()
    if not said:
        return None
    ordered = [*_joined(told), *said]
    return record if ordered == record.messages else Conversation(ordered)


def _joined(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    joined: list[dict[str, Any]] = []
    for message in messages:
        if joined and joined[-1]["role"] == message["role"]:
            joined[-1] = {**joined[-1], "content": f"{joined[-1]['content']}{GAP}{message['content']}"}
        else:
            joined.append(message)
    return joined
