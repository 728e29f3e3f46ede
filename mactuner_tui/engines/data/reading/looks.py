"""What a file is: its format, encoding and delimiter, judged by its first bytes, its name breaking ties.

Reads no rows.
"""

import codecs
import json
import re
from dataclasses import dataclass
from pathlib import Path

from mactuner_tui.core.errors import DataError
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.engines.data.reading import csv_dialect, encodings
from mactuner_tui.engines.data.reading.layers import GZIP_MAGIC, Meter, keeps_ascii, open_bytes
from mactuner_tui.engines.data.reading.words import os_errors_as_data_errors

HEAD = 256 << 10
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "txt",
    ".text": "txt",
    ".parquet": "parquet",
    ".pq": "parquet",
}
"""What a file is by its name, `.gz` left off."""
PARQUET = b"PAR1"
FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an Office document", "Unpack it; save a spreadsheet as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "Save it as CSV."),
    (b"%PDF-", "a PDF", "Extract its text first; the RAG screen reads PDFs."),
    (b"SQLite format 3\x00", "a SQLite database", "Export the table as CSV."),
    (b"ARROW1", "an Arrow file", "Save it as Parquet."),
    (b"\x89PNG", "a picture", "Text is needed."),
    (b"\xff\xd8\xff", "a picture", "Text is needed."),
    (b"BZh", "packed with bzip2", "Unpack it, or pack it with gzip."),
    (b"\xfd7zXZ\x00", "packed with xz", "Unpack it, or pack it with gzip."),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "Unpack it, or pack it with gzip."),
    (GZIP_MAGIC, "gzipped twice", "Unpack it once."),
    (b"version https://git-lfs", "a Git LFS pointer, not the data", "Fetch the data with `git lfs pull`."),
)
TAR_AT, TAR = 257, b"ustar"
CONTROL = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\x1b")))


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is. `encoding` and `delimiter` (a sign) are empty where the format has none."""

    path: Path
    format: str
    size: int
    gzipped: bool
    encoding: str = ""
    delimiter: str = ""
    bare_returns: bool = False
    """Whether lines end in carriage returns alone, as on old Macs."""

    @property
    def is_plain(self) -> bool:
        """Whether the lines can be used in place: plain UTF-8, a line feed at the end of each."""
        return not self.gzipped and self.encoding == "utf-8" and not self.bare_returns


def look(path: Path, reading: ReadSpec) -> Look:
    """Look at the beginning of a file. Raises `DataError` when it is empty, foreign, or not what `reading` says."""
    with os_errors_as_data_errors(path):
        size = path.stat().st_size
    head = _head(path, gzipped=False)
    gzipped = head.startswith(GZIP_MAGIC)
    if gzipped:
        head = _head(path, gzipped=True)
    if not head:
        raise DataError(f"{path} is empty.", "Choose a file that holds data.")
    if head.startswith(PARQUET):
        _require(path, reading, "parquet")
        return Look(path, "parquet", size, gzipped)
    if reading.format == "parquet":
        raise DataError(f"{path} is no Parquet file.", "Set the format to auto.")
    _refuse_foreign(path, head)
    whole = len(head) < HEAD
    encoding = encodings.known(reading.encoding) if reading.encoding != "auto" else encodings.detect(head, whole)
    if reading.format == "auto" and keeps_ascii(encoding) and _looks_binary(head):
        raise DataError(f"{path} is no text and of no known format.", "CSV, JSON, JSONL, TXT and Parquet are read.")
    text = _decoded(head, encoding, whole)
    if not text.strip():
        raise DataError(f"{path} holds nothing but white space.", "Choose a file that holds data.")
    suffix = _suffix(path)
    kind = reading.format if reading.format != "auto" else _format(text, FORMATS.get(suffix, ""), whole)
    return Look(
        path=path,
        format=kind,
        size=size,
        gzipped=gzipped,
        encoding=encoding,
        delimiter=_delimiter(text, suffix, reading) if kind == "csv" else "",
        bare_returns=bool(re.search("\r(?!\n|$)", text)),
    )


def by_name(path: Path) -> str:
    """The format a file's name speaks of; empty where it speaks of none."""
    return FORMATS.get(_suffix(path), "")


def _suffix(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _head(path: Path, gzipped: bool) -> bytes:
    with open_bytes(path, Meter(), gzipped) as content:
        return content.read(HEAD)


def _require(path: Path, reading: ReadSpec, found: str) -> None:
    if reading.format not in ("auto", found):
        raise DataError(f"{path} is {found}, not {reading.format}.", "Set the format to auto.")


def _refuse_foreign(path: Path, head: bytes) -> None:
    for magic, what, hint in FOREIGN:
        if head.startswith(magic):
            raise DataError(f"{path} is {what}.", hint)
    if head[TAR_AT:].startswith(TAR):
        raise DataError(f"{path} is a tar archive.", "Unpack it.")


def _looks_binary(head: bytes) -> bool:
    return len(head.translate(None, CONTROL)) < 0.95 * len(head)


def _decoded(head: bytes, encoding: str, whole: bool) -> str:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    try:
        return decoder.decode(head, whole).removeprefix("\ufeff")
    except UnicodeError:
        return head.decode("latin-1")


def _format(text: str, named: str, whole: bool) -> str:
    """The format of a text, by its first lines and the format its name speaks of."""
    lines = [line for line in text.split("\n") if line.strip()]
    complete = lines if whole else lines[:-1]
    objects = sum(_is_object(line) for line in complete[:20])
    begins = text.lstrip()[0]
    if named in ("json", "jsonl"):
        return _kind_of_json(named, begins, lines, complete, objects)
    if objects >= 2 or (objects == 1 and len(lines) == 1):
        return "jsonl"
    if named:
        return "json" if named == "csv" and begins in "[{" and _is_json(text, whole) else named
    if begins in "[{" and _is_json(text, whole):
        return "json"
    judged = complete[:100]
    fitting = max(csv_dialect.agreement(judged, sign) for sign in csv_dialect.CANDIDATES)
    return "csv" if len(judged) > 1 and fitting > 0.9 else "txt"


def _kind_of_json(named: str, begins: str, lines: list[str], complete: list[str], objects: int) -> str:
    """Lines or one document: names are often wrong here, the lines tell."""
    if objects >= 2:
        return "jsonl"
    if begins == "[" and not any(_is_json(line, True) for line in complete[:1]):
        return "json"
    if begins == "[":
        return "json" if len(lines) == 1 else named
    pretty = begins == "{" and objects == 0 and not lines[0].rstrip().endswith("}")
    return "json" if pretty and len(lines) > 1 and not any(line.startswith("{") for line in lines[1:]) else named


def _is_object(line: str) -> bool:
    line = line.strip()
    return line.startswith("{") and line.endswith("}") and _is_json(line, True)


def _is_json(text: str, whole: bool) -> bool:
    """Whether it parses; of a beginning, whether it may go on to be JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return not whole and (error.pos > len(text) - 16 or error.msg.startswith("Unterminated"))
    except (ValueError, RecursionError):
        return True
    return True


def _delimiter(text: str, suffix: str, reading: ReadSpec) -> str:
    if reading.delimiter != "auto":
        return csv_dialect.given(reading.delimiter)
    if suffix in (".tsv", ".tab"):
        return "\t"
    return csv_dialect.detect(text)
