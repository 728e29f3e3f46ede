"""What the doctor's checks share: how a row comes to them, and how a fault is counted and put into words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.profile import Finding, Repair, Severity
from mactuner_tui.core.records import Record, texts_of
from mactuner_tui.engines.data.rows import Item

EXAMPLES = 8

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much. It may raise to end the work."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as the checks look at it. `file` is the name of the file it came from."""

    number: int
    file: str
    record: Record
    texts: list[str]

    @classmethod
    def of(cls, item: Item) -> "Seen":
        return cls(item.number, item.row.file.name, item.record, texts_of(item.record))


def is_blank(text: str) -> bool:
    """Whether it says nothing. Looks no further than to the first letter."""
    return not text or text.isspace()


class Check(Protocol):
    """Looks at rows one by one, and says in the end what it found."""

    def take(self, row: Seen) -> None:
        """Look at a row."""

    def findings(self, progress: Progress) -> Iterator[Finding]:
        """What was found in all of them."""


@dataclass(frozen=True)
class Fault:
    """Something that can be wrong with rows, in words. `absent` is said when nothing is; `one` and `many` follow the
    number of rows; `detail` says what comes of it."""

    code: str
    absent: str
    one: str
    many: str
    severity: Severity
    detail: str


class Tally:
    """Counts the rows that have a fault, and remembers the first of them."""

    def __init__(self, fault: Fault, numbers: Iterable[int] = ()) -> None:
        self.count = 0
        self._fault = fault
        self._examples: list[int] = []
        for number in numbers:
            self.note(number)

    def note(self, number: int) -> None:
        """This row has it."""
        self.count += 1
        if len(self._examples) < EXAMPLES:
            self._examples.append(number)

    def finding(self, *repairs: Repair, remark: str = "") -> Finding:
        """What there is to say. `remark` says how it was looked for, where that was not in every row."""
        fault = self._fault
        if not self.count:
            return Finding(code=fault.code, title=fault.absent, severity="ok", count=0, detail=remark)
        return Finding(
            code=fault.code,
            title=count_text(self.count, fault.one, fault.many),
            severity=fault.severity,
            count=self.count,
            examples=tuple(self._examples),
            detail=f"{fault.detail} {remark}".strip(),
            repairs=repairs,
        )
