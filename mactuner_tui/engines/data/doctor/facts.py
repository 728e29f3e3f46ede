"""What is worth knowing of one row as the model sees it. Knows nothing of other rows, and judges nothing."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.records import Conversation, PlainText, Record, texts_of
from mactuner_tui.engines.training.tokens import TokenRow, tokenise_record

LOOKED_AT = 2_000_000
"""So many characters of a text are tokenised: more than any maximum length takes, less than fills the memory."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one row, uncut."""

    number: int
    length: int
    """In tokens."""
    learnt_from: int | None
    """The place of the first token that is learnt, None when none is."""
    answered: bool
    """Whether it holds something that is meant to be learnt."""
    ends: bool
    """Whether each answer is learnt with a token that ends it."""
    begins_twice: bool
    """Whether the token that marks the beginning is there twice."""
    begin_typed: bool
    """Whether the row's own text begins with that token."""


def shortened(record: Record) -> Record:
    """The record with its longest texts cut, and without what is no character."""
    match record:
        case PlainText(text):
            return PlainText(_shortened(text))
        case Conversation(messages):
            return Conversation([{**message, "content": _shortened(message["content"])} for message in messages])


def _shortened(text: str) -> str:
    return text[:LOOKED_AT].encode("utf-8", "replace").decode()


class Reader:
    """Finds the facts of rows with a tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._endings = frozenset((*tokenizer.added_tokens_decoder, *tokenizer.all_special_ids))
        self._is_blank = cache(lambda token: not str(tokenizer.decode([token])).strip())

    def read(self, number: int, record: Record) -> Facts:
        """The facts of one record. Raises what `tokenise_record` does."""
        row = tokenise_record(record, self._tokenizer)
        places = np.flatnonzero(row.learnt[1:]) + 1
        begin = self._tokenizer.bos_token_id
        return Facts(
            number=number,
            length=len(row),
            learnt_from=int(places[0]) if len(places) else None,
            answered=_is_answered(record),
            ends=all(self._ends(answer) for answer in _answers(row)),
            begins_twice=begin is not None and row.ids[:2].tolist() == [begin, begin],
            begin_typed=begin is not None and "".join(texts_of(record)[:1]).startswith(str(self._tokenizer.bos_token)),
        )

    def _ends(self, answer: NDArray[np.int32]) -> bool:
        """Whether the last token that is no blank is one of those that a tokenizer sets apart from text."""
        last = next((int(token) for token in answer[::-1] if not self._is_blank(int(token))), None)
        return last in self._endings


def _is_answered(record: Record) -> bool:
    match record:
        case PlainText(text):
            return bool(text)
        case Conversation(messages):
            return any(message["role"] == "assistant" for message in messages)


def _answers(row: TokenRow) -> list[NDArray[np.int32]]:
    """The tokens of each unbroken run of what is learnt."""
    parts = np.split(np.arange(len(row)), np.flatnonzero(np.diff(row.learnt)) + 1)
    return [row.ids[part] for part in parts if len(part) and row.learnt[part[0]]]
