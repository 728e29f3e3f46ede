"""What a data job is asked for."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mactuner_tui.core.specs.base import JobSpec


class PrepareSpec(JobSpec):
    """Make a dataset folder with train.jsonl and valid.jsonl. So far: the sample made of Python's own documentation."""

    kind: ClassVar[str] = "prepare"

    source: Annotated[
        Literal["stdlib"],
        Field(
            title="Source",
            description="`stdlib`: questions and answers from the docstrings of Python's standard library.",
        ),
    ] = "stdlib"
    rows: Annotated[
        int,
        Field(ge=10, le=100_000, title="Rows", description="Rows drawn from all that were found, before the split."),
    ] = 1100
    valid_share: Annotated[
        float, Field(gt=0, lt=1, title="Validation share", description="Share of the rows set aside for validation.")
    ] = 0.2
    seed: Annotated[
        int, Field(ge=0, le=2**31 - 1, title="Seed", description="Same seed: same rows and same split.")
    ] = 42

    @property
    def title(self) -> str:
        return self.source
