"""Completing a name by those that are known at the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.suggester import Suggester


class NameSuggester(Suggester):
    """Proposes the first known name that goes on from what is typed; `right` takes it."""

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=False)
        self._names = names

    async def get_suggestion(self, value: str) -> str | None:
        """The name; `value` comes in lower case."""
        fitting = (name for name in self._names() if name.lower().startswith(value))
        return next((name for name in fitting if name.lower() != value), None)
