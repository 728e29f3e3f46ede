"""What the steps of a recipe that change texts do to one text. Knows nothing of rows."""

import unicodedata
from collections.abc import Callable

import regex

from mactuner_tui.core.errors import DataError, SpecError
from mactuner_tui.core.specs.cleaning import (
    Addresses,
    Html,
    LowerCase,
    RegularExpression,
    SpecialCharacters,
    Unicode,
    WhiteSpace,
)
from mactuner_tui.engines.data.cleaning.markup import without_tags
from mactuner_tui.engines.data.patterns import EMAIL, SECRET, URL

Change = Callable[[str], str]

ROUNDS = 8
"""Removing something can bring together what is to be removed as well: so often it is looked for again."""
PATTERN_SECONDS = 2.0
LINE_ENDS = regex.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
BLANKS = regex.compile(r"[^\S\n]+")
INNER_BLANKS = regex.compile(r"(?<=\S)[^\S\n]+")
INDENTED = regex.compile(r"\n[^\S\n]")
EMPTY_LINES = regex.compile(r"\n{3,}")
# The two joiners hold together emoji and letters of Persian and Indic scripts.
CONTROL = regex.compile(r"(?V1)[\p{Cc}\p{Cf}\p{Co}\p{Cn}--[\n\t\u200c\u200d]]")
LETTER = r"[\p{L}\p{M}--[\ufe0f\u20e3]]"
SYMBOLS = regex.compile(
    r"(?V1)[\p{S}\p{Emoji_Presentation}\p{Cc}\p{Cf}\p{Co}\p{Cn}\ufe0f\u20e3--[\n\t\u200c\u200d]]"
    rf"|(?<!{LETTER})[\u200c\u200d]|[\u200c\u200d](?!{LETTER})"
)


def changer(step: object) -> Change | None:
    """What a step does to a text, None when it is not a step that changes texts."""
    match step:
        case LowerCase():
            return str.lower
        case Unicode(form=form):
            return lambda text: unicodedata.normalize(form, text)
        case WhiteSpace(keep_indentation=keep):
            return lambda text: tidy_blanks(text, keep)
        case SpecialCharacters():
            return _without_special(step)
        case Html():
            return _until_settled(without_tags)
        case Addresses():
            return _without_addresses(step)
        case RegularExpression(action="replace"):
            return _replacing(step)
    return None


def tidy_blanks(text: str, keep_indentation: bool) -> str:
    """No blanks at line ends, one between words, at most one empty line, nothing around the text.

    Where indentation is kept, the first line keeps its own if one of the others has some too.
    """
    text = LINE_ENDS.sub("\n", text)
    text = INNER_BLANKS.sub(" ", text) if keep_indentation else BLANKS.sub(" ", text)
    lines = (line.rstrip() if keep_indentation else line.strip() for line in text.split("\n"))
    tidy = str(EMPTY_LINES.sub("\n\n", "\n".join(lines))).strip("\n")
    return tidy if INDENTED.search(tidy) else tidy.strip()


def _without_special(step: SpecialCharacters) -> Change:
    unwanted = SYMBOLS if step.what == "symbols" else CONTROL

    def change(text: str) -> str:
        return str(unwanted.sub(lambda found: found[0] if found[0] in step.keep else "", LINE_ENDS.sub("\n", text)))

    return change


def _without_addresses(step: Addresses) -> Change:
    wanted = [pattern for pattern, on in ((SECRET, step.secrets), (URL, step.urls), (EMAIL, step.emails)) if on]

    def change(text: str) -> str:
        for pattern in wanted:
            text = pattern.sub(lambda _found: step.replacement, text)
        return text

    return change if step.replacement else _until_settled(change)


def _replacing(step: RegularExpression) -> Change:
    if not step.pattern:
        return lambda text: text
    pattern = compiled(step)

    def change(text: str) -> str:
        try:
            return str(pattern.sub(step.replacement, text, timeout=PATTERN_SECONDS))
        except TimeoutError:
            raise too_slow(step, text) from None
        except (regex.error, IndexError) as error:
            raise SpecError(
                f"replacement = {step.replacement!r}: {error}.", r"\1 stands for the pattern's first group in brackets."
            ) from None

    return change


def compiled(step: RegularExpression) -> "regex.Pattern[str]":
    """The step's pattern. Raises `SpecError` for one that cannot be understood."""
    try:
        return regex.compile(step.pattern)
    except regex.error as error:
        raise SpecError(f"pattern = {step.pattern!r}: {error}.", "Correct the regular expression.") from None


def too_slow(step: RegularExpression, text: str) -> DataError:
    """The error for a pattern that does not come to an end on a text."""
    return DataError(
        f"pattern = {step.pattern!r} takes more than {PATTERN_SECONDS:g} s on the text {text[:60]!r}.",
        "Write it without repeats inside of repeats, such as (a+)+.",
    )


def _until_settled(change: Change) -> Change:
    def settled(text: str) -> str:
        for _ in range(ROUNDS):
            before, text = text, change(text)
            if text == before:
                break
        return text

    return settled
