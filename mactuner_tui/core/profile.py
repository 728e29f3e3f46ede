"""What is known of a dataset's rows: columns, lengths, words, languages; and what the data doctor found."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from mactuner_tui.core.specs.cleaning import Step


class Frozen(BaseModel):
    """A plain fact."""

    model_config = ConfigDict(frozen=True)


class Column(Frozen):
    """A column of the source."""

    name: str
    type: Literal["text", "integer", "number", "switch", "list", "object", "empty", "mixed"]
    missing: int
    """Rows in which it is absent, null or empty."""
    example: str
    """The first value that is there, shortened."""


class Lengths(Frozen):
    """How long rows are, in one unit: mean, percentiles, and a histogram for the chart."""

    mean: float
    minimum: int
    median: int
    p90: int
    p95: int
    p99: int
    maximum: int
    edges: tuple[float, ...]
    """Bounds of the bins, one more than there are counts. The last bin reaches to the maximum."""
    counts: tuple[int, ...]


class WordCount(Frozen):
    """A word and how often it occurs."""

    word: str
    count: int


class Share(Frozen):
    """A language or script and its share (0 to 1)."""

    name: str
    share: float


class Profile(Frozen):
    """The figures of a dataset as the training will see it."""

    exact: bool
    """Whether every row was looked at; otherwise everything here is an estimate from a sample."""
    seen: int
    """Rows looked at."""
    rows: int | None
    """All rows, None while unknown."""
    source_bytes: int
    """Size of the files."""
    memory_bytes: int
    """Bytes of the text itself, as UTF-8."""
    columns: tuple[Column, ...]
    characters: Lengths
    words: Lengths
    tokens: Lengths | None
    """As the model sees a row, template included. None while not counted."""
    model: str
    max_length: int
    beyond: int
    """Rows longer than `max_length` tokens."""
    duplicates: int
    """Rows whose text occurred before."""
    top_words: tuple[WordCount, ...]
    """The most frequent words, without the commonest function words; the most frequent first."""
    languages: tuple[Share, ...]
    """Of at most `LANGUAGE_ROWS` rows, the greatest first."""
    language_rows: int
    """How many rows the languages were judged by."""
    scripts: tuple[Share, ...]
    """Shares of all letters."""


Severity = Literal["ok", "note", "warning", "error"]


class Repair(Frozen):
    """What would mend a finding: a step for the recipe, or a longer `max_length`."""

    title: str
    """In a few words: `drop these rows`."""
    step: Step | None = None
    max_length: int | None = None


class Finding(Frozen):
    """One thing the data doctor looked at. With `count` 0 it is as it should be."""

    code: str
    """Its name, kebab-case: `empty-answer`."""
    title: str
    """In words, with the count where there is one: `14 answers are empty`."""
    severity: Severity
    count: int
    examples: tuple[int, ...] = ()
    """Rows it was seen in, counted from 0 as they were read, the first ones."""
    detail: str = ""
    """What follows from it, in a sentence."""
    repairs: tuple[Repair, ...] = ()


class TokenView(Frozen):
    """A token, or neighbouring tokens that make up one character, as text."""

    text: str
    ids: tuple[int, ...]
    trained: bool
    special: bool
    cut: bool
    """Whether it lies beyond the maximum length."""
