"""Counting words in any language: what stands between spaces, and what ICU's dictionaries say where none are written.

Knows nothing of rows and tokens. Words are cut fast and counted as they are written; case, punctuation and function
words are seen to once for each different word, not for each occurrence.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import regex
from icu4py.breakers import WordBreaker

from mactuner_tui.engines.data.stop_words import STOP_WORDS

UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+")
"""A run of letters that are written without spaces between words."""
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
LETTER = regex.compile(r"\p{L}")
LONE = regex.compile(r"[\p{Han}\p{Hangul}]")
"""What can be a word of one letter."""
BREAK = regex.compile(r"\s")
DICTIONARY = "ja"
"""Any locale has the dictionaries; this one says that 東京 is Japanese where it might be either."""
FORMS_KEPT = 50_000
"""Different forms that are held before they are settled as words: few, so that they stay in the processor's cache."""
WORDS_KEPT = 1_000_000
"""Different words that are held: some 100 MB."""
LONGEST = 60
"""Characters of the longest word that is counted: the rest is data, not language."""
AT_A_TIME = 32
"""Texts whose words are counted at a time: these few are still in the processor's cache."""
SLICE = 1_000_000
"""Characters that are cut at a time."""


class WordCounts:
    """How often each word occurs."""

    def __init__(self) -> None:
        self._forms: Counter[str] = Counter()
        """As written."""
        self._words: Counter[str] = Counter()

    def take(self, texts: Sequence[str]) -> list[int]:
        """Count the words of these texts; how many each has."""
        if any(len(text) > SLICE for text in texts):
            return [sum(self._take([part])[0] for part in _slices(text)) for text in texts]
        return self._take(texts)

    def _take(self, texts: Sequence[str]) -> list[int]:
        counts: list[int] = []
        for start in range(0, len(texts), AT_A_TIME):
            cut = [_cut(text) for text in texts[start : start + AT_A_TIME]]
            self._forms.update(chain.from_iterable(cut))
            counts += map(len, cut)
        if len(self._forms) > FORMS_KEPT:
            self._settle()
        return counts

    def top(self, count: int) -> list[tuple[str, int]]:
        """The most frequent words in lower case, without function words and numbers; the most frequent first."""
        self._settle()
        return self._words.most_common(count)

    def _settle(self) -> None:
        """Count forms as words."""
        for form, times in self._forms.items():
            for word in _words_in(form):
                self._words[word] += times
        self._forms.clear()
        rare = 1
        while len(self._words) > WORDS_KEPT:
            # What is among the rarest after so many rows does not end among the most frequent.
            self._words = Counter({word: times for word, times in self._words.items() if times > rare})
            rare *= 2


def _cut(text: str) -> list[str]:
    if text.isascii() or not UNSPACED.search(text):
        return text.split()
    runs = "\n".join(UNSPACED.findall(text))
    rest = UNSPACED.sub(" ", text).split()
    # Between such runs punctuation stands alone.
    return [word for word in (*rest, *WordBreaker(runs, DICTIONARY)) if WORD.search(word)]


def _words_in(form: str) -> Iterator[str]:
    if len(form) > LONGEST:
        return
    for word in WORD.findall(form.casefold()):
        if word not in STOP_WORDS and LETTER.search(word) and (len(word) > 1 or LONE.match(word)):
            yield word


def _slices(text: str) -> Iterator[str]:
    """A long text in parts that end at white space where there is any."""
    start = 0
    while start < len(text):
        found = BREAK.search(text, start + SLICE, start + 2 * SLICE)
        end = found.start() if found else start + 2 * SLICE
        yield text[start:end]
        start = end
