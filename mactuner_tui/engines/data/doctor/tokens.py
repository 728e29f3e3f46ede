"""Checks on rows as the model sees them: how long they are, what of them is learnt, how they begin and end.

Tokenising a row with its marks takes most of a millisecond, so of many rows an even sample is looked at; every finding
then says of how many. Knows nothing of files.
"""

import re
from collections.abc import Iterator, Sequence

from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.profile import Finding, Repair
from mactuner_tui.core.records import Conversation, Record
from mactuner_tui.core.specs.cleaning import RegularExpression
from mactuner_tui.engines.data.doctor.even_sample import EvenSample
from mactuner_tui.engines.data.doctor.facts import Facts, Reader, shortened
from mactuner_tui.engines.data.doctor.fault import Fault, Progress, Seen, Tally
from mactuner_tui.engines.data.doctor.lengths import length_findings

TOKENISED = 20_000
TOKENISED_CHARACTERS = 30_000_000

TEMPLATE_MISSING = Fault(
    code="template-missing",
    absent="the model can be shown these rows",
    one="conversation, but the model has no chat template",
    many="conversations, but the model has no chat template",
    severity="error",
    detail="Choose an instruction-tuned model, or map the rows to plain text. What the model sees was not looked at.",
)
NO_END_OF_TURN = Fault(
    code="no-end-of-turn",
    absent="every answer ends its turn",
    one="row has an answer without a token that ends it",
    many="rows have answers without a token that ends them",
    severity="error",
    detail="The model would not learn to stop: its chat template does not mark the end of an answer.",
)
NOTHING_LEARNT = Fault(
    code="nothing-learnt",
    absent="every row has something to learn",
    one="row has nothing to learn",
    many="rows have nothing to learn",
    severity="warning",
    detail="The chat template does not show the answer as it was given, so training leaves the row out.",
)
DOUBLED_BOS = Fault(
    code="doubled-bos",
    absent="no row begins twice",
    one="row begins with the token for the beginning twice",
    many="rows begin with the token for the beginning twice",
    severity="warning",
    detail="The model has never met that, and will not meet it when it is used.",
)


class TokenCheck:
    """Looks at rows as the model sees them. `limit` is the most tokens that the model takes, None if unknown."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int, limit: int | None) -> None:
        self._tokenizer = tokenizer
        self._max_length = max_length
        self._limit = limit
        self._rows: EvenSample[tuple[int, Record]] = EvenSample(TOKENISED, TOKENISED_CHARACTERS)
        self._without_template = Tally(TEMPLATE_MISSING)

    def take(self, row: Seen) -> None:
        if isinstance(row.record, Conversation) and not self._tokenizer.chat_template:
            self._without_template.note(row.number)
        self._rows.offer((row.number, row.record), sum(map(len, row.texts)))

    def findings(self, progress: Progress) -> Iterator[Finding]:
        yield self._without_template.finding()
        if self._without_template.count:
            return
        facts = list(self._facts(progress))
        remark = self._remark()
        unended = (fact.number for fact in facts if not fact.ends)
        yield Tally(NO_END_OF_TURN, unended).finding(remark=remark)
        silent = (fact.number for fact in facts if fact.answered and fact.learnt_from is None)
        yield Tally(NOTHING_LEARNT, silent).finding(remark=remark)
        yield self._doubled(facts, remark)
        yield from length_findings(facts, self._max_length, self._limit, remark)

    def _facts(self, progress: Progress) -> Iterator[Facts]:
        reader = Reader(self._tokenizer)
        for done, (number, record) in enumerate(self._rows.kept()):
            progress(done, len(self._rows))
            try:
                yield reader.read(number, shortened(record))
            except DataError:
                # The template refuses it: that is the matter of the check on roles.
                continue

    def _doubled(self, facts: Sequence[Facts], remark: str) -> Finding:
        doubled = [fact for fact in facts if fact.begins_twice]
        repairs = []
        if any(fact.begin_typed for fact in doubled):
            pattern = rf"\A(?:{re.escape(str(self._tokenizer.bos_token))})+"
            repairs = [Repair(title="remove the one in the text", step=RegularExpression(pattern=pattern))]
        return Tally(DOUBLED_BOS, (fact.number for fact in doubled)).finding(*repairs, remark=remark)

    def _remark(self) -> str:
        if len(self._rows) == self._rows.seen:
            return ""
        return f"Of {len(self._rows):,} rows looked at, drawn evenly from {self._rows.seen:,}."
