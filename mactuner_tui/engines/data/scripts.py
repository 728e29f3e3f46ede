"""What a text is written in: its scripts, letter by letter, and its language, as far as that can be told.

Knows nothing of rows and words.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from mactuner_tui.core.profile import Share

SCRIPTS = (
    "Latin",
    "Hangul",
    "Han",
    "Hiragana",
    "Katakana",
    "Cyrillic",
    "Greek",
    "Arabic",
    "Hebrew",
    "Devanagari",
    "Bengali",
    "Gujarati",
    "Gurmukhi",
    "Tamil",
    "Telugu",
    "Kannada",
    "Malayalam",
    "Sinhala",
    "Thai",
    "Lao",
    "Khmer",
    "Myanmar",
    "Georgian",
    "Armenian",
    "Ethiopic",
    "Tibetan",
    "Mongolian",
)
NO_LETTER, OTHER = 0, len(SCRIPTS) + 1
NAMES = ("", *SCRIPTS, "Other")
SLICE = 1_000_000
"""Characters that are looked up at a time: four bytes each."""

LANGUAGES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mr": "Marathi",
    "ms": "Malay",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
UNKNOWN = "Unknown"
"""What is said of a text too short or too unlike a language, such as a bare number."""
LANGUAGE_CHARACTERS = 200
"""So much of a text is enough to judge its language by."""
SURE = 0.5
"""A language must be more likely than all others together. Short texts that are judged wrongly stay below (tried)."""

BEYOND_LETTERS = 0x34000
"""No letter has a higher code point."""


class ScriptCounts:
    """How many letters of each script there are."""

    def __init__(self) -> None:
        self._letters = np.zeros(len(NAMES), np.int64)

    def take(self, texts: Iterable[str]) -> None:
        """Count the letters of these texts."""
        plain: list[str] = []
        for text in texts:
            if text.isascii():
                plain.append(text)
            else:
                for start in range(0, len(text), SLICE):
                    self._look_up(np.frombuffer(_utf32(text[start : start + SLICE]), np.uint32))
        self._look_up(np.frombuffer("".join(plain).encode(), np.uint8))

    def _look_up(self, codes: NDArray[np.uint32] | NDArray[np.uint8]) -> None:
        table = _script_of()
        if codes.dtype == np.uint32:
            codes = codes[codes < len(table)]
        self._letters += np.bincount(table[codes], minlength=len(NAMES))

    def shares(self) -> tuple[Share, ...]:
        """The share of each script that occurs in all letters, the greatest first."""
        return _shares({NAMES[script]: int(self._letters[script]) for script in range(NO_LETTER + 1, len(NAMES))})


def _utf32(text: str) -> bytes:
    return text.encode("utf-32-le", "surrogatepass")


@cache
def _script_of() -> NDArray[np.uint8]:
    """For each code point the number of its script. Signs that several scripts share are no letters here."""
    signs = "".join(map(chr, range(BEYOND_LETTERS)))
    table = np.full(BEYOND_LETTERS, OTHER, np.uint8)
    for number, script in enumerate(SCRIPTS, start=1):
        _mark(table, signs, rf"\p{{Script={script}}}+", number)
    # The mark of a long vowel is written in both kana, but nearly always in this one.
    _mark(table, signs, "[ーｰ]", NAMES.index("Katakana"))
    _mark(table, signs, r"\P{L}+|(?![ーｰ])[\p{Script=Common}\p{Script=Inherited}]", NO_LETTER)
    return table


def _mark(table: NDArray[np.uint8], signs: str, pattern: str, number: int) -> None:
    for found in regex.finditer(pattern, signs):
        table[found.start() : found.end()] = number


def languages(texts: Sequence[str]) -> tuple[Share, ...]:
    """The share of each language among these texts, the greatest first."""
    return _shares(Counter(language(text) for text in texts))


def language(text: str) -> str:
    """The English name of the language a text is mostly written in, or `UNKNOWN`."""
    code, confidence = _identifier().classify(text[:LANGUAGE_CHARACTERS])
    return LANGUAGES[code] if confidence > SURE else UNKNOWN


@cache
def _identifier() -> Any:
    # Imported here: unpacking its model takes most of a second.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


def _shares(counts: Mapping[str, int]) -> tuple[Share, ...]:
    total = sum(counts.values())
    ordered = sorted((-count, name) for name, count in counts.items() if count)
    return tuple(Share(name=name, share=-count / total) for count, name in ordered)
