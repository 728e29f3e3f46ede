"""What a person should know about how a source is read, and would not see from its rows."""

from collections.abc import Iterator, Sequence

MOST = 20
NAMED = 3


class Notes:
    """Sentences, each once, in the order they were made."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}

    def add(self, text: str) -> None:
        """Add a sentence. Beyond `MOST` they would not be read: a folder may say the same of each of its files."""
        if len(self._texts) < MOST:
            self._texts.setdefault(text)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._texts))


def listed(names: Sequence[str]) -> str:
    """Some names as part of a sentence, the first few of many."""
    if len(names) > NAMED + 1:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
