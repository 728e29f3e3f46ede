"""Checks across rows: the same row twice, and rows of the training file that the validation file holds too."""

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mactuner_tui.core.profile import Finding, Repair
from mactuner_tui.core.specs.cleaning import ExactDuplicates, NearDuplicates
from mactuner_tui.engines.data.alike import groups
from mactuner_tui.engines.data.doctor.even_sample import EvenSample
from mactuner_tui.engines.data.doctor.fault import Fault, Progress, Seen, Tally

COMPARED = 50_000
"""So many rows of each side are compared for being nearly the same: each costs its text and half a kilobyte."""
COMPARED_CHARACTERS = 50_000_000
TRAIN = {"train", "training"}
HELD_OUT = {"valid", "validation", "val", "test", "testing", "dev", "eval", "evaluation"}

Side = Literal["train", "held out", ""]
SIDES: tuple[Side, ...] = ("train", "held out", "")

DUPLICATES = Fault(
    code="duplicates",
    absent="no row is there twice",
    one="row was there before",
    many="rows were there before",
    severity="note",
    detail="What is there twice is learnt twice as hard.",
)
OVERLAP = Fault(
    code="overlap",
    absent="no row of the validation files is in the training files",
    one="row of the validation files is in the training files too, or nearly",
    many="rows of the validation files are in the training files too, or nearly",
    severity="warning",
    detail="The validation loss looks better than it is when the answers were learnt by heart.",
)


class LikenessCheck:
    """Looks for rows that were there before. Of each row it keeps a hash, of some also the text."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._hashes = array("q")
        self._sides = array("b")
        self._texts: dict[Side, EvenSample[tuple[int, str]]] = {
            side: EvenSample(COMPARED, COMPARED_CHARACTERS) for side in ("train", "held out")
        }

    def take(self, row: Seen) -> None:
        side = side_of(row.file)
        self._numbers.append(row.number)
        self._hashes.append(hash(repr(row.record)))
        self._sides.append(SIDES.index(side))
        if side:
            text = "\n".join(row.texts)
            self._texts[side].offer((row.number, text), len(text))

    def findings(self, progress: Progress) -> Iterator[Finding]:
        numbers, hashes = np.array(self._numbers), np.array(self._hashes)
        repeated = np.sort(numbers[_met_before(hashes)])
        yield Tally(DUPLICATES, repeated.tolist()).finding(
            Repair(title="keep the first of each", step=ExactDuplicates())
        )
        train, held_out = self._texts["train"], self._texts["held out"]
        if not (train.seen and held_out.seen):
            return
        sides = np.array(self._sides)
        in_train, in_held_out = sides == SIDES.index("train"), sides == SIDES.index("held out")
        same = numbers[in_held_out & np.isin(hashes, hashes[in_train])]
        found = sorted({*same.tolist(), *_alike(train.kept(), held_out.kept(), progress)})
        yield Tally(OVERLAP, found).finding(
            Repair(title="keep the first of each", step=NearDuplicates()), remark=_remark(train, held_out)
        )


def side_of(file: str) -> Side:
    """What a file is for, as its name says: the word in front of the others decides where it says both."""
    for word in re.findall(r"[a-z]+", file.lower()):
        if word in HELD_OUT:
            return "held out"
        if word in TRAIN:
            return "train"
    return ""


def _met_before(hashes: NDArray[np.int64]) -> NDArray[np.intp]:
    """The positions of what occurred at an earlier position."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    positions: NDArray[np.intp] = order[1:][ordered[1:] == ordered[:-1]]
    return positions


def _alike(train: Sequence[tuple[int, str]], held_out: Sequence[tuple[int, str]], progress: Progress) -> list[int]:
    """The numbers of held-out rows that say nearly the same as one for training."""
    rows = [*train, *held_out]
    done = 0

    def texts() -> Iterator[str]:
        nonlocal done
        for _, text in rows:
            done += 1
            yield text

    # Comparing them, once all are read, counts as one more.
    leaders = groups(texts(), NearDuplicates().similarity, lambda: progress(done, len(rows) + 1))
    of_train = set(leaders[: len(train)])
    return [number for (number, _), leader in zip(held_out, leaders[len(train) :], strict=True) if leader in of_train]


def _remark(train: EvenSample[tuple[int, str]], held_out: EvenSample[tuple[int, str]]) -> str:
    compared, seen = len(train) + len(held_out), train.seen + held_out.seen
    if compared == seen:
        return ""
    return f"Same rows were looked for in all, nearly the same ones among {compared:,} of {seen:,} rows, drawn evenly."
