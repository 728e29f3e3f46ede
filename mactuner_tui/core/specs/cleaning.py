"""The steps of a cleaning recipe. A step changes the texts of a row, or says that the row goes.

A recipe is a tuple of steps in order; it is stored with the dataset and can be applied to another file.
"""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from mactuner_tui.core.specs.base import Spec

Part = Annotated[
    Literal["all", "prompt", "answer", "system"],
    Field(title="Part", description="Which part of a row. Plain text is all answer."),
]


class StepSpec(Spec):
    """One step of a recipe."""

    title: ClassVar[str]
    """Its name in lists."""

    on: Annotated[bool, Field(title="On", description="A step that is off stays in the recipe and does nothing.")] = (
        True
    )


class MissingValues(StepSpec):
    """Rows in which a column is missing or empty are dropped, filled, or go without the column."""

    title: ClassVar[str] = "Missing values"
    step: Literal["missing_values"] = "missing_values"
    columns: Annotated[
        str, Field(title="Columns", description="Names with commas between. Empty: the first column of each template.")
    ] = ""
    action: Annotated[
        Literal["drop_row", "fill", "drop_column"],
        Field(title="Action", description="What to do: drop the row, fill in a text, do without the column."),
    ] = "drop_row"
    fill: Annotated[str, Field(title="Fill in", description="The text for `fill`.")] = ""


class ExactDuplicates(StepSpec):
    """Of rows with the same text the first is kept."""

    title: ClassVar[str] = "Exact duplicates"
    step: Literal["exact_duplicates"] = "exact_duplicates"


class NearDuplicates(StepSpec):
    """Of rows that say nearly the same, found by MinHash over pairs of words, the first is kept."""

    title: ClassVar[str] = "Near duplicates"
    step: Literal["near_duplicates"] = "near_duplicates"
    similarity: Annotated[
        float,
        Field(
            ge=0.5, le=1, title="Similarity", description="Share of common word pairs (Jaccard) that counts as same."
        ),
    ] = 0.85


class LowerCase(StepSpec):
    """Capital letters become small."""

    title: ClassVar[str] = "Lower case"
    step: Literal["lower_case"] = "lower_case"
    part: Part = "all"


class SpecialCharacters(StepSpec):
    """Control characters and invisible ones go; if wanted, symbols and emoji too."""

    title: ClassVar[str] = "Special characters"
    step: Literal["special_characters"] = "special_characters"
    part: Part = "all"
    what: Annotated[
        Literal["control", "symbols"],
        Field(
            title="Remove", description="`control`: control and invisible characters. `symbols`: emoji and signs too."
        ),
    ] = "control"
    keep: Annotated[str, Field(title="Keep", description="Signs that stay in any case.")] = "$€£%+-=<>|~^`"


class WhiteSpace(StepSpec):
    """Runs of blanks become one, more than one empty line becomes one, the ends are trimmed."""

    title: ClassVar[str] = "White space"
    step: Literal["white_space"] = "white_space"
    part: Part = "all"
    keep_indentation: Annotated[
        bool, Field(title="Keep indentation", description="Leave blanks at the start of a line, as code needs them.")
    ] = True


class Unicode(StepSpec):
    """One spelling for each character: é is one code point, not e and an accent."""

    title: ClassVar[str] = "Unicode"
    step: Literal["unicode"] = "unicode"
    part: Part = "all"
    form: Annotated[
        Literal["NFC", "NFKC"],
        Field(title="Form", description="NFC keeps the look. NFKC also turns ﬁ into fi and full-width into plain."),
    ] = "NFC"


class Html(StepSpec):
    """Tags go, entities become characters, scripts and styles vanish."""

    title: ClassVar[str] = "HTML"
    step: Literal["html"] = "html"
    part: Part = "all"


class Addresses(StepSpec):
    """URLs, e-mail addresses and keys are replaced."""

    title: ClassVar[str] = "URLs, e-mail, keys"
    step: Literal["addresses"] = "addresses"
    part: Part = "all"
    urls: Annotated[bool, Field(title="URLs", description="Replace web addresses.")] = True
    emails: Annotated[bool, Field(title="E-mail", description="Replace e-mail addresses.")] = True
    secrets: Annotated[bool, Field(title="Keys", description="Replace what looks like an access key or token.")] = True
    replacement: Annotated[
        str, Field(title="Replacement", description="What stands there instead. Empty: nothing.")
    ] = ""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


class RegularExpression(StepSpec):
    """What a regular expression matches is replaced, or decides whether the row stays."""

    title: ClassVar[str] = "Regular expression"
    step: Literal["regular_expression"] = "regular_expression"
    part: Part = "all"
    pattern: Annotated[
        str,
        AfterValidator(_compiles),
        Field(title="Pattern", description="A regular expression, as Python's re takes it."),
    ] = ""
    action: Annotated[
        Literal["replace", "drop_matching", "keep_matching"],
        Field(title="Action", description="Replace each match, drop rows with a match, or keep only those."),
    ] = "replace"
    replacement: Annotated[str, Field(title="Replacement", description=r"For `replace`; \1 is the first group.")] = ""


class Roles(StepSpec):
    """Messages in an order that templates take: neighbours of one role are joined, what precedes the first question and
    what follows the last answer goes."""

    title: ClassVar[str] = "Role order"
    step: Literal["roles"] = "roles"


class LengthInCharacters(StepSpec):
    """Rows shorter or longer than this go."""

    title: ClassVar[str] = "Length in characters"
    step: Literal["length_in_characters"] = "length_in_characters"
    part: Part = "all"
    minimum: Annotated[int, Field(ge=0, title="At least", description="Characters; 0: no limit.")] = 1
    maximum: Annotated[int, Field(ge=0, title="At most", description="Characters; 0: no limit.")] = 0


class LengthInTokens(StepSpec):
    """Rows that are shorter or longer than this as the model sees them, template included, go."""

    title: ClassVar[str] = "Length in tokens"
    step: Literal["length_in_tokens"] = "length_in_tokens"
    minimum: Annotated[int, Field(ge=0, title="At least", description="Tokens; 0: no limit.")] = 0
    maximum: Annotated[int, Field(ge=0, title="At most", description="Tokens; 0: no limit.")] = 512


Step = Annotated[
    MissingValues
    | ExactDuplicates
    | NearDuplicates
    | LowerCase
    | SpecialCharacters
    | WhiteSpace
    | Unicode
    | Html
    | Addresses
    | RegularExpression
    | Roles
    | LengthInCharacters
    | LengthInTokens,
    Field(discriminator="step"),
]

STEPS: tuple[type[StepSpec], ...] = (
    MissingValues,
    Unicode,
    Html,
    Addresses,
    SpecialCharacters,
    WhiteSpace,
    LowerCase,
    RegularExpression,
    Roles,
    ExactDuplicates,
    NearDuplicates,
    LengthInCharacters,
    LengthInTokens,
)
"""All steps, in the order that suits most data."""
