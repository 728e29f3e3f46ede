"""Parquet: the rows of a table, batch by batch. Knows nothing of other formats."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading import parquet_values
from mactuner_tui.engines.data.reading.csv_dialect import column_names
from mactuner_tui.engines.data.reading.layers import CHUNK, Meter, open_bytes, require_regular
from mactuner_tui.engines.data.reading.limits import COLUMNS
from mactuner_tui.engines.data.reading.words import UnusableError, os_errors_as_data_errors
from mactuner_tui.engines.data.rows import BadRow, Row

BATCH = 500
FAILURES = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
"""What pyarrow raises for a damaged file: checks of its own, of the system, of Thrift's numbers."""


def read(path: Path, gzipped: bool, meter: Meter) -> Iterator[Row | BadRow]:
    """The rows of a file; their "line" is their number, from 1. Raises `DataError` when the file is damaged."""
    before = meter.done
    with os_errors_as_data_errors(path):
        size = path.stat().st_size
    with _opened(path, gzipped) as table:
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
        schema = table.schema_arrow
        names = column_names(schema.names)
    return {
        name: f"({kind}: left out)"
        for name, kind in zip(names, schema.types, strict=True)
        if parquet_values.is_binary(kind)
    }


@contextlib.contextmanager
def _opened(path: Path, gzipped: bool) -> Iterator[Any]:
    with os_errors_as_data_errors(path):
        require_regular(path)
        file = _unpacked(path) if gzipped else path.open("rb")
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


def _unpacked(path: Path) -> BinaryIO:
    """Parquet is read from its end, which a gzip file has only when it is unpacked as a whole."""
    unpacked: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
    with open_bytes(path, Meter(), gzipped=True) as content:
        shutil.copyfileobj(content, unpacked, CHUNK)
    unpacked.seek(0)
    return unpacked


def _batches(table: Any, path: Path) -> Iterator[Any]:
    batches = table.iter_batches(batch_size=BATCH, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
        except FAILURES as error:
            raise _damaged(path, error) from None
        if batch is None:
            return
        yield batch


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
