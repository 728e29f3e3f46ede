"""The data doctor itself: hands every row to every check. Knows nothing of where the rows come from."""

from collections.abc import Iterable, Sequence

from transformers import PreTrainedTokenizerBase

from mactuner_tui.core.profile import Finding
from mactuner_tui.engines.data.doctor.fault import Check, Progress, Seen
from mactuner_tui.engines.data.doctor.likeness import LikenessCheck
from mactuner_tui.engines.data.doctor.roles import RoleCheck
from mactuner_tui.engines.data.doctor.texts import text_checks
from mactuner_tui.engines.data.doctor.tokens import TokenCheck
from mactuner_tui.engines.data.doctor.unusable import unusable_finding
from mactuner_tui.engines.data.rows import BadRow, Item

UNLIMITED = 10**9
"""From here on a tokenizer's limit means that it does not know one."""


class Examiner:
    """Looks at rows as mapping and recipe leave them, the unusable among them, and says what is wrong with them.

    `limit` is the most tokens that the model takes; without it, what the tokenizer says.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int, limit: int | None = None) -> None:
        self._checks: list[Check] = [
            TokenCheck(tokenizer, max_length, limit or _limit(tokenizer)),
            RoleCheck(tokenizer),
            LikenessCheck(),
            *text_checks(tokenizer),
        ]
        self._unusable = unusable_finding((), 0)

    def take(self, items: Iterable[Item]) -> None:
        """Look at some rows."""
        for item in items:
            row = Seen.of(item)
            for check in self._checks:
                check.take(row)

    def unusable(self, rows: Sequence[BadRow], count: int) -> None:
        """Told once all rows were read: `count` of them cannot be used, and `rows` are the first of these."""
        self._unusable = unusable_finding(rows, count)

    def findings(self, progress: Progress = lambda _done, _total: None) -> list[Finding]:
        """What was found in all rows so far, the unusable ones first. Tokenising a sample of them takes most of the
        time; it is told of `progress`, which may raise to end it."""
        return [self._unusable, *(finding for check in self._checks for finding in check.findings(progress))]


def _limit(tokenizer: PreTrainedTokenizerBase) -> int | None:
    known = tokenizer.model_max_length
    return known if known < UNLIMITED else None
