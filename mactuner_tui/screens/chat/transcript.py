"""The conversation so far: scrolls along with what comes, until someone scrolls back."""

from __future__ import annotations

from textual.containers import VerticalScroll

from mactuner_tui.screens.chat.turn import Turn

MAX_TURNS = 40
"""Turns kept on the screen; older ones leave it, the model is still shown them."""


class Transcript(VerticalScroll):
    """Turns, the newest at the bottom."""

    def on_mount(self) -> None:
        self.anchor()

    @property
    def last(self) -> Turn | None:
        turns = self.query(Turn)
        return turns.last() if turns else None

    async def add(self, question: str) -> Turn:
        """Append a turn."""
        turn = Turn(question)
        await self.mount(turn)
        surplus = list(self.query(Turn))[:-MAX_TURNS]
        for old in surplus:
            await old.remove()
        self.anchor()
        return turn

    def clear(self) -> None:
        """Remove all turns."""
        self.remove_children(Turn)
