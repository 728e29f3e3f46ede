"""Reading a source to its end once, into a table. Knows which rows can stay where they are and which must be copied."""

import json
from collections.abc import Callable

from mactuner_tui.engines.data.reading import jsonl
from mactuner_tui.engines.data.reading.columns import ColumnJudge
from mactuner_tui.engines.data.reading.encodings import LineDecoder
from mactuner_tui.engines.data.reading.layers import Meter, open_lines
from mactuner_tui.engines.data.reading.limits import BAD_LISTED, LINE_BYTES
from mactuner_tui.engines.data.reading.lines import skip_line
from mactuner_tui.engines.data.reading.looks import Look
from mactuner_tui.engines.data.reading.source import Source, no_rows
from mactuner_tui.engines.data.reading.stores import InPlace, Spool
from mactuner_tui.engines.data.reading.table import Segment, Table
from mactuner_tui.engines.data.reading.words import UnusableError
from mactuner_tui.engines.data.rows import BadRow, Row

Told = Callable[[int, int], None]
ROWS_BETWEEN = 1000
"""Rows after which progress is told again. It is told with each megabyte read, too, which may hold no row at all."""
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def scan(source: Source, told: Told) -> Table:
    """Read every row once.

    `told` is called with the bytes done and all bytes; what it raises ends the scan, which leaves nothing behind.
    Raises `DataError` when a file cannot be read to its end, or nothing in the source is a row.
    """
    run = _Scan(source, told)
    try:
        return run.table()
    except BaseException:
        run.spool.close()
        raise
    finally:
        # It would keep the spool alive beyond the table.
        run.meter.moved = None


class _Scan:
    def __init__(self, source: Source, told: Told) -> None:
        self.spool = Spool()
        self._spooled = 0
        self._source = source
        self._told = told
        self.meter = Meter(moved=self._tell)
        self._bad: list[BadRow] = []
        self._bad_count = 0
        self._notes: dict[str, str] = {}
        self._judge = ColumnJudge(written=source.format == "csv", notes=self._notes)

    def table(self) -> Table:
        """The table. Tells the progress first and last."""
        self._tell()
        segments = [self._segment(file) for file in self._source.looks()]
        self.spool.flush()
        if not self._bad_count and not any(segment.starts for segment in segments):
            raise no_rows(self._source)
        self._told(self._source.size_bytes, self._source.size_bytes)
        return Table(segments, self._judge.columns(), self._bad, self._bad_count)

    def _segment(self, file: Look) -> Segment:
        if file.format == "jsonl" and file.is_plain:
            return self._in_place(file)
        if file.format == "parquet":
            from mactuner_tui.engines.data.reading import parquet

            self._notes.update(parquet.notes(file.path, file.gzipped))
        return self._copied(file)

    def _in_place(self, file: Look) -> Segment:
        """Note where each good line is. The loop that a million lines go through."""
        segment = Segment(file.path, InPlace(file.path))
        content, encoding = open_lines(file.path, self.meter, file.gzipped, file.encoding, file.bare_returns)
        decoder = LineDecoder(encoding)
        add, see, parse = segment.add, self._judge.see, jsonl.parse_line
        with content:
            start = content.tell()
            number = 0
            while line := content.readline(LINE_BYTES):
                number += 1
                length = len(line)
                if not line.isspace():
                    try:
                        see(parse(line, decoder))
                        add(start, length, number)
                    except UnusableError as reason:
                        self._note(BadRow(file.path, number, str(reason)))
                start += length
                if length == LINE_BYTES and not line.endswith(b"\n"):
                    skip_line(content)
                    start = content.tell()
                if number % ROWS_BETWEEN == 0:
                    self._tell()
        return segment

    def _copied(self, file: Look) -> Segment:
        """Write each good row to the spool."""
        segment = Segment(file.path, self.spool)
        for number, row in enumerate(self._source.rows_of(file, self.meter), start=1):
            if isinstance(row, Row):
                self._judge.see(row.values)
                line = f"{_encode(row.values)}\n".encode()
                self.spool.write(line)
                segment.add(self._spooled, len(line), row.line)
                self._spooled += len(line)
            else:
                self._note(row)
            if number % ROWS_BETWEEN == 0:
                self._tell()
        return segment

    def _note(self, row: BadRow) -> None:
        self._bad_count += 1
        if len(self._bad) < BAD_LISTED:
            self._bad.append(row)

    def _tell(self) -> None:
        self._told(min(self.meter.done, self._source.size_bytes), self._source.size_bytes)
