"""Which model answers: a list of all that can, with the newest tuned one in front."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Select

from mactuner_tui.core import library


class ModelChoice(Select[str]):
    """Offers the models of the library; another one, given by name or path, is added to them."""

    def __init__(self) -> None:
        self._names = library.chat_names()
        super().__init__(_options(self._names), allow_blank=False, compact=True, id="chat-choice")

    def show(self, model: str) -> None:
        """Read the library anew and show this model as the chosen one."""
        names = library.chat_names()
        if model not in names:
            names = [model, *names]
        with self.prevent(Select.Changed):
            if names != self._names:
                self._names = names
                self.set_options(_options(names))
            self.value = model


def _options(names: list[str]) -> list[tuple[Content, str]]:
    return [(Content(name), name) for name in names]


def newest_model() -> str:
    """The model tuned last, or the starter model while nothing was tuned."""
    tuned = library.newest_tuned()
    return tuned.name if tuned else library.STARTER
