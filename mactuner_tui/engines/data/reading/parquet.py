"""Parquet: the rows of a table, batch by batch. Knows nothing of other formats."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading import parquet_values
from mactuner_tui.engines.data.reading.layers import CHUNK, Meter, open_bytes, require_regular
from mactuner_tui.engines.data.reading.limits import COLUMNS
from mactuner_tui.engines.data.reading.names import column_names
from mactuner_tui.engines.data.reading.notes import listed
from mactuner_tui.engines.data.reading.stores import Spool
from mactuner_tui.engines.data.reading.words import UnusableError, os_errors_as_data_errors, shortened
from mactuner_tui.engines.data.rows import BadRow, Row

BATCH = 500
BATCH_BYTES = 4 << 20
"""What the rows of a batch may take as Arrow has them, one row apart."""
FAILURES = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
"""What pyarrow raises for a damaged file: checks of its own, of the system, of Thrift's numbers."""


def read(path: Path, gzipped: bool, meter: Meter, note: Callable[[str], None]) -> Iterator[Row | BadRow]:
    """The rows of a file; their "line" is their number, from 1. `note` is told of columns that are left out.

    Raises `DataError` when the file is damaged.
    """
    before = meter.done
    with os_errors_as_data_errors(path):
        size = path.stat().st_size
    with _opened(path, gzipped, meter.moved) as table:
        if names := list(_left_out(table)):
            shown = listed([shortened(name) for name in names])
            note(f"{path.name} is read without {shown}: bytes, which are no text.")
        total = table.metadata.num_rows
        number = 0
        for batch in _batches(table, path):
            yield from _rows(batch, path, number)
            number += batch.num_rows
            meter.done = before + (size * number // total if total else size)
    meter.done = before + size


def notes(path: Path, gzipped: bool) -> dict[str, str]:
    """What to say of the columns that are left out, by name. Raises `DataError` when the file is damaged."""
    with _opened(path, gzipped) as table:
        return {name: f"({kind}: left out)" for name, kind in _left_out(table).items()}


def _left_out(table: Any) -> dict[str, Any]:
    """The columns of bytes, with their types."""
    schema = table.schema_arrow
    named = zip(column_names(schema.names), schema.types, strict=True)
    return {name: kind for name, kind in named if parquet_values.is_binary(kind)}


@contextlib.contextmanager
def _opened(path: Path, gzipped: bool, moved: Callable[[], None] | None = None) -> Iterator[Any]:
    with os_errors_as_data_errors(path):
        require_regular(path)
        file = _unpacked(path, moved) if gzipped else path.open("rb")
    with file:
        try:
            table = pq.ParquetFile(file, page_checksum_verification=True)
            names = table.schema_arrow.names
        except FAILURES as error:
            raise _damaged(path, error) from None
        _require_columns(path, names)
        with table:
            yield table


def _require_columns(path: Path, names: list[str]) -> None:
    if not names:
        raise DataError(f"{path} has no columns.", "Choose another file.")
    if len(names) > COLUMNS:
        raise DataError(f"{path} has {len(names):,} columns; at most {COLUMNS:,} are read.", "Choose fewer columns.")


def _unpacked(path: Path, moved: Callable[[], None] | None) -> BinaryIO:
    """Parquet is read from its end, which a gzip file has only when it is unpacked as a whole."""
    spool = Spool()
    with open_bytes(path, Meter(moved=moved), gzipped=True) as content:
        while chunk := content.read(CHUNK):
            spool.write(chunk)
    spool.flush()
    return spool.open()


def _batches(table: Any, path: Path) -> Iterator[Any]:
    batches = table.iter_batches(batch_size=_batch_rows(table.metadata), use_threads=False)
    while True:
        try:
            batch = next(batches, None)
        except FAILURES as error:
            raise _damaged(path, error) from None
        if batch is None:
            return
        # Values that occur again are small in the file, and only here as large as they are.
        yield from _cut(batch)


def _batch_rows(metadata: Any) -> int:
    """How many rows are read at once: fewer of large ones."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    row_bytes = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    return max(1, min(BATCH, BATCH_BYTES // max(1, row_bytes)))


def _cut(batch: Any) -> Iterator[Any]:
    """The batch in slices of which each is small."""
    rows = max(1, batch.num_rows * BATCH_BYTES // max(BATCH_BYTES, batch.nbytes))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _rows(batch: Any, path: Path, before: int) -> Iterator[Row | BadRow]:
    names = column_names(batch.schema.names)
    try:
        columns = [parquet_values.values(column) for column in batch.columns]
    except (ValueError, OverflowError, pa.ArrowException):
        yield from _one_by_one(batch, names, path, before)
        return
    for number, row in enumerate(zip(*columns, strict=True), start=before + 1):
        yield Row(path, number, dict(zip(names, row, strict=True)))


def _one_by_one(batch: Any, names: list[str], path: Path, before: int) -> Iterator[Row | BadRow]:
    """The rows of a batch in which a value cannot be read."""
    for index in range(batch.num_rows):
        try:
            cells = {
                name: parquet_values.value(column, index, name)
                for name, column in zip(names, batch.columns, strict=True)
            }
        except UnusableError as reason:
            yield BadRow(path, before + index + 1, str(reason))
        else:
            yield Row(path, before + index + 1, cells)


def _damaged(path: Path, error: BaseException) -> DataError:
    reason = (str(error) or type(error).__name__).splitlines()[0][:200].rstrip(".")
    return DataError(f"{path}: the Parquet file is damaged ({reason}).", "Download it, or make it, again.")
