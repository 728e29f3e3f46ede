"""A row as the model sees it: token by token, as text, with what is trained, masked and cut.

Knows nothing of files and recipes. Where a token lies in the text is asked of the tokenizer: decoding token by token
loses blanks, and tears characters apart that are made of several tokens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.profile import TokenView
from mactuner_tui.core.records import PlainText, Record
from mactuner_tui.engines.training.tokens import rendered, tokenise_record

SHOWN_BEYOND = 4096
"""So many tokens beyond the maximum length are shown; further ones are only counted."""


@dataclass(frozen=True)
class TokenisedRow:
    """A row's tokens, and how many there are: trained, masked and cut ones are all of them."""

    tokens: tuple[TokenView, ...]
    total: int
    trained: int
    masked: int
    cut: int


def view(record: Record, tokenizer: PreTrainedTokenizerBase, max_length: int) -> TokenisedRow:
    """The record as training would use it. Joined, the texts of its tokens are the text that the model is shown.

    Raises what `tokenise_record` does, and `ModelError` for a tokenizer that cannot say where its tokens lie.
    """
    row = tokenise_record(record, tokenizer)
    places = np.arange(len(row))
    cut = places >= max_length
    trained = row.learnt & ~cut & (places > 0)
    control = control_tokens(tokenizer)
    text = rendered(record, tokenizer)
    spans = _spans(text, tokenizer, isinstance(record, PlainText), len(row))
    pieces = _pieces(text, spans, [control.get(int(token), "") for token in row.ids])

    def shown(piece: _Piece) -> TokenView:
        return TokenView(
            text=piece.text,
            ids=tuple(row.ids[piece.places].tolist()),
            trained=bool(trained[piece.places].any()),
            special=any(int(token) in control for token in row.ids[piece.places]),
            cut=bool(cut[piece.places].any()),
        )

    return TokenisedRow(
        tokens=tuple(shown(piece) for piece in pieces if piece.places[0] < max_length + SHOWN_BEYOND),
        total=len(row),
        trained=int(trained.sum()),
        masked=int((~trained & ~cut).sum()),
        cut=int(cut.sum()),
    )


def control_tokens(tokenizer: PreTrainedTokenizerBase) -> dict[int, str]:
    """The tokens that structure what the model reads and are no text of their own, by id."""
    added = {number: token.content for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    return {**dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True)), **added}


Span = tuple[int, int]
"""From where to where a token reaches in the text. Without width, it stands for nothing in it."""


def _spans(text: str, tokenizer: PreTrainedTokenizerBase, special: bool, count: int) -> list[Span]:
    """Where each of a row's `count` tokens lies in its text. `special`: whether the tokenizer adds some of its own."""
    if not tokenizer.is_fast:
        raise ModelError(
            "The model's tokenizer cannot say where its tokens lie in a text.", "Choose a model with a tokenizer.json."
        )
    encoded: Any = tokenizer(text, add_special_tokens=special, return_offsets_mapping=True)
    spans: list[Span] = encoded["offset_mapping"]
    # Plain text ends with a token that is not the tokenizer's doing.
    return spans + [(0, 0)] * (count - len(spans))


@dataclass
class _Piece:
    """Neighbouring tokens that share a character, or one that was put around the text."""

    places: list[int]
    span: Span
    text: str = ""


def _pieces(text: str, spans: list[Span], control: list[str]) -> list[_Piece]:
    """All tokens in pieces. `control` has the text of each control token, and is empty for others."""
    pieces = list(_gathered(spans, control))
    within = [piece for piece in pieces if not piece.text]
    starts = [0, *(_boundary(text, before, after) for before, after in pairwise(within)), len(text)]
    for piece, (start, end) in zip(within, pairwise(starts), strict=False):
        piece.text = text[start:end]
    return pieces


def _gathered(spans: list[Span], control: list[str]) -> Iterator[_Piece]:
    """Tokens that share a character in one piece, with those of no width before them."""
    piece: _Piece | None = None
    textless: list[int] = []
    for place, (start, end) in enumerate(spans):
        if start == end and control[place]:
            if piece:
                yield piece
                piece = None
            yield _Piece([place], (0, 0), control[place])
        elif start == end:
            # The blank that some tokenizers put before a text.
            textless.append(place)
        elif piece and start < piece.span[1]:
            piece.places += [*textless, place]
            piece.span = (piece.span[0], max(piece.span[1], end))
            textless.clear()
        else:
            if piece:
                yield piece
            piece = _Piece([*textless, place], (start, end))
            textless.clear()
    if piece:
        piece.places += textless
        yield piece


def _boundary(text: str, before: _Piece, after: _Piece) -> int:
    """Where one piece ends and the next begins. What no token covers was left out by the tokenizer: blanks belong to
    what follows them, anything else (a combining accent, say) to what it follows."""
    end, start = before.span[1], after.span[0]
    return end + len(text[end:start].rstrip()) if end < start else start
