"""What fits into one reply of a session: a longer line would end it. Knows nothing of what is told."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from pydantic import BaseModel

REPLY_BYTES = 6 << 20
"""Of what is listed in a reply. Its reader's limit is 16 MB a line, and a reply may hold two lists."""
ROW_CHARACTERS = 1 << 20
"""Of a row as it is shown. As JSON a character takes 6 bytes at most."""

Told = TypeVar("Told", bound=BaseModel | str)


def fitting(told: Iterable[Told]) -> Iterator[Told]:
    """As many of them as fit into a reply, one at least."""
    left = REPLY_BYTES
    for number, one in enumerate(told):
        left -= len((one if isinstance(one, str) else one.model_dump_json()).encode()) + 1
        if left < 0 and number:
            return
        yield one


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as the limit allows, an ellipsis marking the cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
