"""What a model job is asked for."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from mactuner_tui.core import paths
from mactuner_tui.core.specs.base import NAME, JobSpec, Lane, matching

Name = Annotated[
    str | None,
    Field(
        title="Name",
        description="What the library calls it. Empty: made from where it comes from.",
    ),
    NAME,
]
Repo = Annotated[
    str,
    Field(
        max_length=200,
        title="Model",
        description="A model of the Hugging Face Hub: owner/name.",
    ),
    matching(paths.HUB_ID.pattern, "owner/name, as the Hugging Face Hub calls it"),
]
Revision = Annotated[
    str, Field(min_length=1, max_length=200, title="Revision", description="A branch, a tag or a commit of it.")
]
GgufFile = Annotated[
    str,
    Field(
        title="GGUF file",
        description="Of a repository with GGUF files: which one. Empty: the weights that can be trained.",
    ),
    matching(r"|[^/].*(?i:\.gguf)", "the path of a .gguf file in the repository"),
]


class ImportSpec(JobSpec):
    """Take a model that is on this machine into the library: checked, and made trainable if it has to be."""

    kind: ClassVar[str] = "import"

    source: Annotated[
        str,
        Field(
            min_length=1,
            title="Source",
            description="A folder, or a .safetensors, .bin or .gguf file. `starter`: the model that comes along.",
        ),
        AfterValidator(paths.settled_model_source),
    ] = "starter"
    name: Name = None
    keep: Annotated[
        Literal["reference", "copy"],
        Field(
            title="Keep",
            description="reference: the files stay where they are. copy: the library has files of its own.",
        ),
    ] = "reference"
    gguf: Annotated[
        Literal["chat", "train"],
        Field(
            title="A GGUF file",
            description="chat: used as it is. train: unpacked to 16 bits, without what quantising had lost.",
        ),
    ] = "chat"

    @property
    def title(self) -> str:
        return self.name or Path(self.source).name


class DownloadSpec(JobSpec):
    """Download a model of the Hub into the Hugging Face cache, and take it into the library."""

    kind: ClassVar[str] = "download"
    lane: ClassVar[Lane | None] = "network"
    when_stopped: ClassVar[str] = "What was downloaded stays; resumed, it goes on from there."

    repo: Repo
    revision: Revision = "main"
    file: GgufFile = ""
    name: Name = None
    xet: Annotated[
        bool,
        Field(
            title="Xet",
            description="Many connections at once; a file that is broken off starts anew.",
        ),
    ] = False

    @property
    def title(self) -> str:
        return self.name or self.repo.partition("/")[2]
