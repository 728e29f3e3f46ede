"""How much is read into memory at once. Rows beyond these limits are refused with advice."""

import sys

LINE_BYTES = 32 << 20
"""The longest line, paragraph or element of an array. As text it may take four times that, and more than one copy."""
DOCUMENT_BYTES = 128 << 20
"""The largest JSON document that has no list of rows to stream."""
PARSED_BYTES = 1000 << 20
"""What a parsed text may come to."""
DEPTH = 100
"""How deep values may be nested: writing them needs a level of Python's own recursion for each."""
COLUMNS = 10_000
BAD_LISTED = 10_000


def is_affordable(text: str, marks: str) -> bool:
    """Whether what a text is parsed into fits: a copy of it, and at most 72 bytes for each separator in `marks`."""
    if len(text) < 1 << 20:
        return True
    return sys.getsizeof(text) + 72 * sum(text.count(mark) for mark in marks) < PARSED_BYTES
