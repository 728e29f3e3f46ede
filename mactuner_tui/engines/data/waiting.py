"""Clean rows that wait to be divided and written: lines in a file without a name, which vanishes with the process."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from mactuner_tui.core.errors import os_errors_in_words
from mactuner_tui.core.records import Record, to_row


class Waiting:
    """Rows of the dataset to be. Only where each begins is held in memory, and its value of the column to stratify by.

    The file lies in `folder`, or where the system keeps temporary files. Raises `DiskFullError` when that is full.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir())
        with os_errors_in_words(self._folder):
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        self._starts: list[int] = []
        self.strata: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, record: Record, stratum: str) -> None:
        """One more row."""
        with os_errors_in_words(self._folder):
            self._starts.append(self._file.tell())
            self._file.write(json.dumps(to_row(record), ensure_ascii=False).encode() + b"\n")
        self.strata.append(stratum)

    def lines(self, chosen: Sequence[int]) -> Iterator[bytes]:
        """Rows as lines of JSON."""
        for position in chosen:
            self._file.seek(self._starts[position])
            yield self._file.readline()

    def texts(self, chosen: Sequence[int]) -> Iterator[str]:
        """All that each row says, in one text."""
        for line in self.lines(chosen):
            row = json.loads(line)
            yield "\n".join([row["text"]] if "text" in row else [message["content"] for message in row["messages"]])
