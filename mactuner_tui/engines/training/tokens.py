"""From rows of text to rows of tokens, with a mark on each token that is to be learnt.

In a conversation only the assistant's answers are learnt, up to and including what ends its turn. Which tokens these
are is found by rendering the conversation once more up to just before each answer and comparing token ids, so it works
for every chat template.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.errors import DataError, ModelError
from mactuner_tui.core.records import Conversation, PlainText, Record

IGNORED = -100
"""The label of a token that is not learnt, as torch's cross-entropy has it."""


@dataclass(frozen=True)
class TokenRow:
    """One row: token ids, and for each whether it is learnt. Both of shape (length,)."""

    ids: NDArray[np.int32]
    learnt: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def teaches(self) -> bool:
        """Whether anything is learnt of it. The first token of a row has nothing before it to be predicted from."""
        return bool(self.learnt[1:].any())

    def cut_at(self, max_length: int) -> "TokenRow":
        """Its first `max_length` tokens."""
        return TokenRow(self.ids[:max_length], self.learnt[:max_length])


@dataclass(frozen=True)
class TokenRows:
    """Rows that have something to learn. `dropped` rows had nothing left within the maximum length; `cut` were cut."""

    rows: Sequence[TokenRow]
    dropped: int
    cut: int

    @property
    def lengths(self) -> list[int]:
        return [len(row) for row in self.rows]


def tokenise(
    records: Iterable[Record],
    tokenizer: PreTrainedTokenizerBase,
    max_length: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> TokenRows:
    """Tokenise every record, cutting at `max_length` tokens. `progress` is told how many are done, now and then."""
    rows, dropped, cut = [], 0, 0
    for number, record in enumerate(records, start=1):
        whole = tokenise_record(record, tokenizer)
        cut += len(whole) > max_length
        row = whole.cut_at(max_length)
        if row.teaches:
            rows.append(row)
        else:
            dropped += 1
        if number % 200 == 0:
            progress(number)
    return TokenRows(rows, dropped, cut)


def tokenise_record(record: Record, tokenizer: PreTrainedTokenizerBase) -> TokenRow:
    """All tokens of a record, uncut.

    Raises `ModelError` for a conversation when the model has no chat template, and `DataError` when the template
    refuses it.
    """
    match record:
        case Conversation(messages):
            return _conversation(messages, tokenizer)
        case PlainText(text):
            ids = [*_ids(tokenizer, text, special=True), tokenizer.eos_token_id]
            return TokenRow(np.array(ids, np.int32), np.ones(len(ids), np.bool_))


def rendered(record: Record, tokenizer: PreTrainedTokenizerBase) -> str:
    """The text that is made into tokens: a conversation as the chat template shows it, or the plain text."""
    match record:
        case Conversation(messages):
            return _render(tokenizer, messages)
        case PlainText(text):
            return text


def _conversation(messages: list[dict[str, Any]], tokenizer: PreTrainedTokenizerBase) -> TokenRow:
    text = _render(tokenizer, messages)
    ids = _ids(tokenizer, text)
    learnt = np.zeros(len(ids), np.bool_)
    for index, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        until_end = _render(tokenizer, messages[: index + 1]) if index + 1 < len(messages) else text
        if not text.startswith(until_end):
            # The template shows earlier answers differently from how they were given (without their thoughts, say):
            # this one is context, not something to learn.
            continue
        start = _common_prefix(ids, _ids(tokenizer, _render(tokenizer, messages[:index], opening=True)))
        end = len(ids) if until_end == text else _common_prefix(ids, _ids(tokenizer, until_end))
        learnt[start:end] = True
    return TokenRow(np.array(ids, np.int32), learnt)


def _render(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, Any]], opening: bool = False) -> str:
    if not tokenizer.chat_template:
        raise ModelError(
            "The model has no chat template, so it cannot be trained on conversations.",
            'Choose an instruction-tuned model, or a dataset of {"text": ...} rows.',
        )
    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=opening))
    except Exception as error:  # A template is a program of the model's author and may raise anything.
        roles = ", ".join(str(message["role"]) for message in messages)
        raise DataError(
            f"The model's chat template refuses a row with the roles {roles}: {error}",
            "Bring the row's roles into the order the model expects, or remove the row.",
        ) from error


def _ids(tokenizer: PreTrainedTokenizerBase, text: str, special: bool = False) -> list[int]:
    return list(tokenizer(text, add_special_tokens=special)["input_ids"])


def _common_prefix(ids: list[int], others: list[int]) -> int:
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(ids, others, strict=False))
    return sum(1 for _ in pairs)
