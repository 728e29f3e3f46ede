"""A row as a model sees it: its tokens one after the other, each marked by what training does with it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from mactuner_tui.core.profile import TokenView
from mactuner_tui.widgets.texts import SIGNS

DRAWN = 3000
"""Tokens of a row that are drawn."""
LINE_END = {"\n": "⏎\n", "\r": "␍"}


class TokenText(Static):
    """Draws tokens. Neighbours stand on different grounds, so that each can be told from the next."""

    def show(self, tokens: Sequence[TokenView]) -> None:
        """Draw these tokens."""
        parts = [(_visible(token.text), _style(token, index)) for index, token in enumerate(tokens[:DRAWN])]
        rest = len(tokens) - DRAWN
        more = [(f"\n… {rest:,} more tokens are not drawn", "$quiet")] if rest > 0 else []
        self.update(Content.assemble(*parts, *more))


def legend() -> Content:
    """What the styles mean."""
    return Content.assemble(
        ("trained", "$token-trained underline"),
        "  ",
        ("masked", "$token-masked"),
        "  ",
        ("<special>", "$token-special reverse"),
        "  ",
        ("cut off", "$token-cut strike"),
    )


def _style(token: TokenView, index: int) -> str:
    ground = " on $token-ground" if index % 2 else ""
    if token.cut:
        return f"$token-cut strike{ground}"
    if token.special:
        return f"$token-special reverse{' underline' if token.trained else ''}"
    return f"$token-trained underline{ground}" if token.trained else f"$token-masked{ground}"


def _visible(text: str) -> str:
    return "".join(
        LINE_END.get(sign) or SIGNS.get(sign) or (sign if sign.isprintable() else f"⟨{ord(sign):x}⟩") for sign in text
    )
