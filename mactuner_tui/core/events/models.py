"""What a model session, a download and an import say."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent
from mactuner_tui.core.hub_models import CachedPartial, CachedRevision, HubDetail, HubFile, HubModel
from mactuner_tui.core.model_facts import ModelFacts


class AccountRead(BaseEvent):
    """Who is logged in to the Hub. Never the token itself.

    `name` is empty when no one is; `source` tells where the token is from; `problem` why it was not accepted.
    """

    event: Literal["account_read"] = "account_read"
    name: str = ""
    source: Literal["none", "environment", "stored"] = "none"
    problem: str = ""


class HubModelsFound(BaseEvent):
    """The lines of a search, in the order of the Hub; what their config.json tells follows as `HubModelRead`."""

    event: Literal["hub_models_found"] = "hub_models_found"
    models: tuple[HubModel, ...]


class HubModelRead(BaseEvent):
    """More was found out about a model of the search: its facts."""

    event: Literal["hub_model_read"] = "hub_model_read"
    id: str
    facts: ModelFacts


class HubModelDescribed(BaseEvent):
    """A model of the Hub was looked at in detail."""

    event: Literal["hub_model_described"] = "hub_model_described"
    detail: HubDetail


class DownloadPlanned(BaseEvent):
    """What a download takes: its files, bytes still to come, and bytes free on the cache's disk."""

    event: Literal["download_planned"] = "download_planned"
    repo: str
    revision: str
    files: tuple[HubFile, ...]
    missing: int
    free: int


class FileProgressed(BaseEvent):
    """`done` of `size` bytes of one file are on the disk; `speed` is that of the last seconds (bytes a second)."""

    event: Literal["file_progressed"] = "file_progressed"
    path: str
    done: int
    size: int
    speed: float


class CacheListed(BaseEvent):
    """What lies in the Hugging Face cache. `size` counts what revisions share once."""

    event: Literal["cache_listed"] = "cache_listed"
    folder: str
    size: int
    revisions: tuple[CachedRevision, ...]
    partials: tuple[CachedPartial, ...]
    problems: tuple[str, ...] = ()


class CacheFreed(BaseEvent):
    """Something of the cache was deleted."""

    event: Literal["cache_freed"] = "cache_freed"
    size: int
