"""Checks that read a row's texts, each on its own. Know nothing of the other rows, and of tokens only their names."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import regex
from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.profile import Finding, Repair
from mactuner_tui.core.records import Conversation
from mactuner_tui.core.specs.cleaning import Addresses, RegularExpression, SpecialCharacters
from mactuner_tui.engines.data.cleaning.parts import texts_in
from mactuner_tui.engines.data.cleaning.texts import CONTROL
from mactuner_tui.engines.data.doctor.fault import Check, Fault, Progress, Seen, Tally, is_blank
from mactuner_tui.engines.data.patterns import EMAIL, holds_key
from mactuner_tui.engines.data.token_view import control_tokens

TELLING = 20
"""A shorter answer, such as a name or a number, may well be part of its question."""
BLANK = r"\A\s*+\Z"
NOTHING = regex.compile(r"(?!)")

EMPTY_ANSWER = Fault(
    code="empty-answer",
    absent="every answer says something",
    one="row has an empty answer",
    many="rows have an empty answer",
    severity="error",
    detail="There is nothing to learn from it but to say nothing.",
)
ANSWER_IN_QUESTION = Fault(
    code="answer-in-question",
    absent="no answer is given away by its question",
    one="row has its answer in the question",
    many="rows have their answer in the question",
    severity="note",
    detail="The model learns to repeat what it was told, which is right only where that is the task.",
)
CONTROL_CHARACTERS = Fault(
    code="control-characters",
    absent="no control characters",
    one="row holds control characters",
    many="rows hold control characters",
    severity="warning",
    detail="Invisible characters cost tokens, and the model learns to write them.",
)
CONTROL_TOKENS = Fault(
    code="control-tokens-in-text",
    absent="no text holds a control token of the model",
    one="row holds a control token of the model as text",
    many="rows hold control tokens of the model as text",
    severity="warning",
    detail="The tokenizer reads it as a real one: a turn may seem to end, or another to begin, in the midst of a text.",
)
SECRETS = Fault(
    code="secrets",
    absent="nothing looks like a key",
    one="row holds what looks like a key",
    many="rows hold what looks like a key",
    severity="error",
    detail="A model can repeat word for word what it was trained on.",
)
EMAIL_ADDRESSES = Fault(
    code="email-addresses",
    absent="no e-mail addresses",
    one="row holds an e-mail address",
    many="rows hold an e-mail address",
    severity="note",
    detail="A model can repeat word for word what it was trained on.",
)


class TextCheck:
    """Looks for a fault that a row shows by itself."""

    def __init__(self, fault: Fault, has_it: Callable[[Seen], bool], *repairs: Repair) -> None:
        self._tally = Tally(fault)
        self._has_it = has_it
        self._repairs = repairs

    def take(self, row: Seen) -> None:
        if self._has_it(row):
            self._tally.note(row.number)

    def findings(self, progress: Progress) -> Iterator[Finding]:
        yield self._tally.finding(*self._repairs)


class ControlTokenCheck:
    """Looks for the names of control tokens, and remembers which ones there are."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tally = Tally(CONTROL_TOKENS)
        names = list(control_tokens(tokenizer).values())
        # A choice among no names would be found in every text.
        self._any = regex.compile(r"\L<names>", names=names) if names else NOTHING
        self._met: set[str] = set()

    def take(self, row: Seen) -> None:
        met = {name for text in row.texts for name in self._any.findall(text)}
        if met:
            self._met |= met
            self._tally.note(row.number)

    def findings(self, progress: Progress) -> Iterator[Finding]:
        pattern = "|".join(map(re.escape, sorted(self._met, key=len, reverse=True)))
        yield self._tally.finding(Repair(title="remove them", step=RegularExpression(pattern=pattern)))


def text_checks(tokenizer: PreTrainedTokenizerBase) -> list[Check]:
    """All of them."""
    return [
        TextCheck(
            EMPTY_ANSWER,
            _has_empty_answer,
            Repair(
                title="drop these rows",
                step=RegularExpression(part="answer", pattern=BLANK, action="drop_matching"),
            ),
        ),
        TextCheck(ANSWER_IN_QUESTION, _has_answer_in_question),
        TextCheck(CONTROL_CHARACTERS, _has_control_characters, Repair(title="remove them", step=SpecialCharacters())),
        ControlTokenCheck(tokenizer),
        TextCheck(
            SECRETS,
            lambda row: any(map(holds_key, row.texts)),
            Repair(title="remove them", step=Addresses(urls=False, emails=False)),
        ),
        TextCheck(
            EMAIL_ADDRESSES,
            lambda row: any(EMAIL.search(text) for text in row.texts),
            Repair(title="remove them", step=Addresses(urls=False, secrets=False)),
        ),
    ]


def _has_empty_answer(row: Seen) -> bool:
    return any(is_blank(text) for text in texts_in(row.record, "answer"))


def _has_control_characters(row: Seen) -> bool:
    # Windows ends its lines with two characters, one of them a control character; that harms no one.
    return any(CONTROL.search(text.replace("\r\n", "\n")) for text in row.texts)


def _has_answer_in_question(row: Seen) -> bool:
    if not isinstance(row.record, Conversation):
        return False
    return any(
        question["role"] == "user"
        and answer["role"] == "assistant"
        and len(said := _plain(answer["content"])) >= TELLING
        and said in _plain(question["content"])
        for question, answer in pairwise(row.record.messages)
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
