"""Which encoding a text is in, and what to say of a line that is not in it. Knows nothing of files or formats."""

import codecs
import re

from mactuner_tui.core.errors import DataError
from mactuner_tui.engines.data.reading.words import UnusableError, shortened

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks. That of UTF-32 begins like that of UTF-16, so it comes first."""
JUDGED_BY_STATISTICS = (
    "gb18030",
    "big5",
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
)
KANA = re.compile("[\u3040-\u30ff]")
HANGUL = re.compile("[\uac00-\ud7a3]")
LETTERS = re.compile("[\u3040-\ud7a3]")
MAX_GUESSES = 20
"""Guessing takes milliseconds: a file of bad lines must not be guessed at line by line."""


def known(name: str) -> str:
    """The encoding's name. Raises `DataError` when Python does not know it, or it is no encoding of whole texts."""
    try:
        b"a\xff".decode(name, "replace")
        "\n".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise DataError(
            f"encoding = {shortened(name)}: unknown.", "Use auto, or a name such as utf-8, utf-16, cp949 or cp1252."
        ) from None
    return name.lower()


def detect(head: bytes, whole: bool) -> str:
    """The encoding of a text that begins with `head`; `whole`: nothing follows. Plain ASCII counts as UTF-8."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if wide := _without_mark(head):
        return wide
    return "utf-8" if _mostly_utf8(head, whole) else guess(head)


def guess(text: bytes) -> str:
    """The likeliest encoding of a text that is not UTF-8."""
    for name in ("cp932", "euc_jp"):
        if _share(text, name, KANA) > 0.2:
            return name
    if _share(text, "cp949", HANGUL) > 0.85:
        return "cp949"
    return _by_statistics(text)


def _share(text: bytes, encoding: str, script: re.Pattern[str]) -> float:
    """Share of a script among the East Asian letters; 0 where the text cannot be in that encoding."""
    try:
        decoded = codecs.getincrementaldecoder(encoding)().decode(text)
    except UnicodeDecodeError:
        return 0.0
    letters = len(LETTERS.findall(decoded))
    return len(script.findall(decoded)) / letters if letters else 0.0


def _by_statistics(text: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(text[:65536], cp_isolation=list(JUDGED_BY_STATISTICS))
    best = matches.best()
    if best is None:
        return "cp1252"
    # Neighbouring countries' encodings hardly differ: where nothing speaks against it, the commonest is meant.
    western = (match for match in matches if match.encoding == "cp1252" and match.chaos <= best.chaos)
    if "cp1252" in best.could_be_from_charset or any(western):
        return "cp1252"
    return best.encoding


def _without_mark(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark shows in where the zero bytes are."""
    quarter = len(head) // 4
    if quarter < 2:
        return None
    zeros = [head[offset : quarter * 4 : 4].count(0) / quarter for offset in range(4)]
    if zeros[0] < 0.1 and min(zeros[2], zeros[3]) > 0.9:
        return "utf-32-le"
    if zeros[3] < 0.1 and min(zeros[0], zeros[1]) > 0.9:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if even < 0.1 and odd > 0.3:
        return "utf-16-le"
    return "utf-16-be" if odd < 0.1 and even > 0.3 else None


def _mostly_utf8(head: bytes, whole: bool) -> bool:
    """Whether it is UTF-8, a few broken characters apart."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        decoded = head.decode("utf-8", "replace")
        broken = decoded.count("\ufffd")
        return sum(character > "\x7f" for character in decoded) - broken > 4 * broken
    return True


class LineDecoder:
    """Decodes the lines of a file, and says where and why one cannot be."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self._guessed = ""
        self._guesses = 0

    def text(self, line: bytes) -> str:
        """The line as text. Raises `UnusableError`."""
        try:
            text = line.decode(self.encoding)
            if self.encoding != "utf-8" and not text.isascii():
                text.encode()
        except UnicodeDecodeError as error:
            raise UnusableError(self._complaint(line, error.start)) from None
        except UnicodeError:
            raise UnusableError(
                f"the line is not {self.encoding}. Choose another encoding, or remove the line."
            ) from None
        return text

    def _complaint(self, line: bytes, start: int) -> str:
        column = len(line[:start].decode(self.encoding, "replace")) + 1
        what = f"column {column:,}: the byte 0x{line[start]:02X} is not {self.encoding}"
        begin = max(0, start - 40)
        while begin < start and line[begin] & 0xC0 == 0x80:
            begin += 1
        fitting = self._fitting(line[:4096])
        if not fitting:
            return f"{what}. Correct or remove the line."
        shown = shortened(line[begin : start + 40].decode(fitting, "replace").strip())
        return f"{what}; as {fitting} it reads {shown}. Choose that encoding, or correct the line."

    def _fitting(self, line: bytes) -> str:
        if not self._guessed or not _fits(line, self._guessed):
            if self._guesses == MAX_GUESSES:
                return ""
            self._guesses += 1
            self._guessed = guess(line)
        return self._guessed if self._guessed != self.encoding and _fits(line, self._guessed) else ""


def _fits(text: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(text)
    except UnicodeDecodeError:
        return False
    return True
