"""Conversations as other tools write them: other names for roles and keys, contents in parts, JSON within text."""

import json
from typing import Any

from mactuner_tui.core import records
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.records import Conversation, shortened
from mactuner_tui.core.template import text_of

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
CALLS = ("tool_calls", "function_call")
"""Keys of a message that hold what it says instead of a content."""


def messages_in(value: Any) -> list[Any] | None:
    """The value as a list of messages, None when it is none."""
    value = _parsed(value)
    if not isinstance(value, list) or not value:
        return None
    first = value[0]
    is_message = isinstance(first, dict) and ({"role", "content"} <= first.keys() or {"from", "value"} <= first.keys())
    return value if is_message else None


def is_sharegpt(messages: list[Any]) -> bool:
    """Whether they say `from` and `value`."""
    return any(isinstance(message, dict) and "from" in message for message in messages)


def roles_in(messages: list[Any]) -> set[str]:
    """The roles that speak, by the names we know them by."""
    roles = (_message(message)["role"] for message in messages if isinstance(message, dict))
    return {role for role in roles if isinstance(role, str)}


def conversation_of(value: Any, column: str, system: str, where: str) -> Conversation:
    """The value of a column as a conversation, told who to be by `system` unless it says so itself.

    Raises `DataError` when it is none, or when a message calls tools: that would be lost.
    """
    entries = _parsed(value)
    if not isinstance(entries, list):
        raise DataError(
            f"{where}: {column} = {shortened(value)}: expected a list of messages.",
            'A message is {"role": ..., "content": ...} or {"from": ..., "value": ...}. Correct or remove this row.',
        )
    for index, entry in enumerate(entries):
        _refuse_calls(entry, f"{where}: {column}[{index}]")
    messages = [_message(entry) for entry in entries]
    if system and not any(_is_system(message) for message in messages[:1]):
        messages.insert(0, {"role": "system", "content": system})
    return records.conversation(messages, column, where)


def _refuse_calls(entry: Any, where: str) -> None:
    for key in CALLS:
        if isinstance(entry, dict) and entry.get(key):
            raise DataError(
                f"{where}.{key} = {shortened(entry[key])}: a call of tools, which would be lost.",
                "Write the call into the message's content as the model shall say it, or remove this row.",
            )


def _message(entry: Any) -> Any:
    """Role and content of a message. Its other keys, such as name or weight, mean nothing to a training and go."""
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


def _parsed(value: Any) -> Any:
    """A conversation that was written as text, as CSV must, taken apart."""
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
