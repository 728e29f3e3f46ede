"""What separates the fields of a CSV file. Knows nothing of where the text comes from."""

import csv
from collections import Counter

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading.words import shortened

NAMES = {",": "comma", "\t": "tab", ";": "semicolon", " ": "space"}
SIGNS = {name: sign for sign, name in NAMES.items()}
CANDIDATES = (",", "\t", ";", "|")
RECORDS_JUDGED = 50
LINE_JUDGED = 10_000


def in_words(delimiter: str) -> str:
    return NAMES.get(delimiter, delimiter)


def given(delimiter: str) -> str:
    """The sign that a person asked for, by name or as it is. Raises `DataError`."""
    sign = SIGNS.get(delimiter.lower(), "\t" if delimiter == "\\t" else delimiter)
    if len(sign) != 1 or sign in '\r\n"':
        raise DataError(
            f"delimiter = {shortened(delimiter)}: cannot separate fields.", "Use auto, tab, or one character such as ;"
        )
    return sign


def detect(head: str) -> str:
    """The delimiter that cuts most lines into equally many fields. Comma where none does."""
    lines = [line[:LINE_JUDGED] for line in head.splitlines()[: RECORDS_JUDGED * 4]]
    return max(CANDIDATES, key=lambda sign: agreement(lines, sign))


def agreement(lines: list[str], delimiter: str) -> float:
    """How well a delimiter fits: share of records with the commonest number of fields (0 to 1); 0 for one field."""
    records = csv.reader(iter(lines), delimiter=delimiter)
    lengths: Counter[int] = Counter()
    try:
        for record, _ in zip(records, range(RECORDS_JUDGED), strict=False):
            if record:
                lengths[len(record)] += 1
    except csv.Error:
        pass
    if not lengths:
        return 0.0
    fields, count = lengths.most_common(1)[0]
    # Of two that fit equally well, the one with more fields is meant.
    return 0.0 if fields == 1 else count / lengths.total() + min(fields, 100) / 10_000
