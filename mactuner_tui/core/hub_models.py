"""What the Hub tells of models: a line of a search, a whole description, an account, what lies in the local cache."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from mactuner_tui.core.model_facts import ModelFacts

Gate = Literal["no", "auto", "manual"]
"""Whether an owner grants access on request: at once, or by hand."""
Ability = Literal["train", "chat", "export"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True)


class HubModel(_Plain):
    """A line of a search. Sizes in bytes; None where the Hub does not tell."""

    id: str
    facts: ModelFacts = ModelFacts()
    weight_bytes: int | None = None
    downloads: int = 0
    likes: int = 0
    updated: float | None = None
    """Seconds since the epoch."""
    license: str = ""
    gate: Gate = "no"
    private: bool = False
    task: str = ""
    """The Hub's pipeline tag: `text-generation`."""
    library: str = ""
    """`transformers`, `gguf`, ..."""


class HubFile(_Plain):
    """A file of a repository. `needed`: whether a download takes it. `there`: bytes of it that lie on the disk."""

    path: str
    size: int
    needed: bool = False
    there: int = 0


class HubDetail(_Plain):
    """All that is shown of one model of the Hub."""

    model: HubModel
    revision: str
    """The commit that was looked at."""
    files: tuple[HubFile, ...]
    ggufs: tuple[HubFile, ...] = ()
    """The GGUF models among them; one in several files by its first, with the size of all."""
    chat_template: bool
    abilities: tuple[Ability, ...]
    cannot: str = ""
    """Why something is not among the abilities, in a sentence."""
    card: str = ""
    """The model card's Markdown without its YAML head; cut when it is very long."""


class CachedRevision(_Plain):
    """One downloaded state of a repository, as it lies in the Hugging Face cache."""

    repo: str
    kind: Literal["model", "dataset", "space"]
    commit: str
    refs: tuple[str, ...]
    size: int
    """Bytes of its files."""
    freed: int
    """Bytes that deleting it alone would free: files that other revisions share stay."""
    files: int
    used: float
    """When a file of the repository was last read (seconds since the epoch)."""
    folder: str
    library: tuple[str, ...] = ()
    """Models of the library whose files these are."""


class CachedPartial(_Plain):
    """A file whose download was broken off."""

    repo: str
    path: str
    size: int
