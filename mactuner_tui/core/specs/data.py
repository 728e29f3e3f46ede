"""What a dataset is made of: how a file is read, which column is what, how rows are split; and the job that does it."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from mactuner_tui.core import paths
from mactuner_tui.core.specs.base import NAME, JobSpec, Spec
from mactuner_tui.core.specs.cleaning import ExactDuplicates, Step

Source = Annotated[
    str,
    AfterValidator(paths.settled_source),
    Field(
        min_length=1,
        title="Source",
        description="A file, a folder of files, the id of a dataset on the Hugging Face Hub, or `stdlib`, the sample.",
    ),
]


class ReadSpec(Spec):
    """How the source is read. `auto` looks at the content."""

    format: Annotated[
        Literal["auto", "csv", "json", "jsonl", "txt", "parquet"],
        Field(title="Format", description="CSV covers any delimiter. Any of them may be gzipped."),
    ] = "auto"
    encoding: Annotated[
        str, Field(title="Encoding", description="`auto`, or a name such as utf-8, cp1252, euc-kr, shift_jis.")
    ] = "auto"
    delimiter: Annotated[
        str, Field(title="Delimiter", description="CSV: `auto`, `tab`, or the character between two fields.")
    ] = "auto"
    key: Annotated[
        str,
        Field(title="JSON key", description="JSON: where the rows are, such as `data.train`. Empty: found by itself."),
    ] = ""
    text_unit: Annotated[
        Literal["line", "paragraph", "file"], Field(title="Text row", description="TXT: what makes a row.")
    ] = "line"
    bad_rows: Annotated[
        Literal["stop", "skip"],
        Field(title="Bad rows", description="Rows that cannot be used: stop and name them, or leave them out."),
    ] = "stop"


class MapSpec(Spec):
    """Which column is what. `{column}` in a template stands for a row's value; a line whose values are all empty goes.

    `auto` recognises the format by its columns; any template given by hand makes it `custom`.
    """

    format: Annotated[
        Literal["auto", "messages", "sharegpt", "alpaca", "prompt_completion", "question_answer", "text", "custom"],
        Field(title="Format", description="`auto` recognises it. Changing a template makes it `custom`."),
    ] = "auto"
    system: Annotated[
        str, Field(title="System", description="A system prompt for every row; may hold {columns}. Empty: none.")
    ] = ""
    prompt: Annotated[
        str, Field(title="Prompt", description="What is asked: text with {columns}, such as {instruction} {input}.")
    ] = ""
    answer: Annotated[
        str, Field(title="Answer", description="What shall be learnt: text with {columns}, such as {output}.")
    ] = ""
    text: Annotated[
        str, Field(title="Text", description="Plain text to learn as a whole, instead of prompt and answer.")
    ] = ""
    messages: Annotated[
        str,
        Field(title="Conversation", description="The column that holds a whole conversation, instead of the above."),
    ] = ""


class SplitSpec(Spec):
    """How the rows are divided. Rows that say nearly the same always stay on one side."""

    valid_share: Annotated[
        float, Field(gt=0, lt=1, title="Validation share", description="Share of the rows set aside for validation.")
    ] = 0.2
    seed: Annotated[
        int, Field(ge=0, le=2**31 - 1, title="Seed", description="Same seed: same rows and same split.")
    ] = 42
    stratify: Annotated[
        str,
        Field(title="Stratify by", description="A column whose values get the same share on both sides. Empty: none."),
    ] = ""
    similarity: Annotated[
        float,
        Field(ge=0.5, le=1, title="Same from", description="Rows at least this alike are not torn apart (0.5 to 1)."),
    ] = 0.8


class PrepareSpec(JobSpec):
    """Make a dataset folder with train.jsonl and valid.jsonl of a source: read, map, clean, split."""

    kind: ClassVar[str] = "prepare"

    source: Source = paths.SAMPLE
    name: Annotated[
        str | None,
        Field(title="Name", description="The dataset's name in the library. Empty: that of the source."),
        NAME,
    ] = None
    rows: Annotated[
        int | None,
        Field(ge=2, title="Rows", description="At most so many of the clean rows, drawn at random. Empty: all."),
    ] = None
    model: Annotated[
        str, AfterValidator(paths.settled), Field(title="Model", description="Whose tokens lengths are counted in.")
    ] = "starter"
    reading: Annotated[ReadSpec, Field(title="Reading")] = ReadSpec()
    mapping: Annotated[MapSpec, Field(title="Mapping")] = MapSpec()
    recipe: Annotated[tuple[Step, ...], Field(title="Cleaning", description="The steps, in order.")] = (
        ExactDuplicates(),
    )
    split: Annotated[SplitSpec, Field(title="Split")] = SplitSpec()

    @property
    def title(self) -> str:
        return self.name or paths.stem(self.source)
