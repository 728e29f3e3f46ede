"""What a model session is asked for: the Hub, the account on it, the local cache, a look at a folder."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, PlainSerializer, SecretStr

from mactuner_tui.core import paths
from mactuner_tui.core.specs.base import RequestSpec
from mactuner_tui.core.specs.models import GgufFile, Repo, Revision

Sort = Literal["downloads", "likes", "trending", "updated"]
Task = Literal["text-generation", "any"]


class AccountRequest(RequestSpec):
    """Who is logged in: `AccountRead`."""

    action: ClassVar[str] = "account"
    aside: ClassVar[bool] = True


class LoginRequest(RequestSpec):
    """Check a token and, if the Hub knows it, let huggingface_hub store it: `AccountRead`."""

    action: ClassVar[str] = "login"
    aside: ClassVar[bool] = True

    # On the wire to the session, a pipe between two processes of one user, it must be itself; in words it never is.
    token: Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, when_used="json")]


class LogoutRequest(RequestSpec):
    """Forget the stored tokens: `AccountRead`."""

    action: ClassVar[str] = "logout"
    aside: ClassVar[bool] = True


class SearchRequest(RequestSpec):
    """Look for models: `HubModelsFound`, then a `HubModelRead` for each whose config.json tells more."""

    action: ClassVar[str] = "search"
    aside: ClassVar[bool] = True

    text: Annotated[str, Field(max_length=200, title="Text")] = ""
    author: Annotated[str, Field(max_length=100, title="Author", description="A person or organisation.")] = ""
    task: Annotated[Task, Field(title="Task", description="What the model is for.")] = "text-generation"
    smallest: Annotated[float, Field(ge=0, title="At least", description="Billions of parameters. 0: no limit.")] = 0
    largest: Annotated[float, Field(ge=0, title="At most", description="Billions of parameters. 0: no limit.")] = 0
    sort: Annotated[Sort, Field(title="Sort", description="The first ones are those with the most of it.")] = (
        "downloads"
    )
    limit: Annotated[int, Field(ge=1, le=100, title="Lines")] = 30


class HubModelRequest(RequestSpec):
    """Something asked of one model of the Hub."""

    aside: ClassVar[bool] = True

    repo: Repo
    revision: Revision = "main"
    file: GgufFile = ""


class DescribeRequest(HubModelRequest):
    """Look at it: `HubModelDescribed`."""

    action: ClassVar[str] = "describe"


class PlanRequest(HubModelRequest):
    """What a download of it would take, nothing fetched: `DownloadPlanned`."""

    action: ClassVar[str] = "plan"


class CacheRequest(RequestSpec):
    """What lies in the Hugging Face cache: `CacheListed`."""

    action: ClassVar[str] = "cache"
    aside: ClassVar[bool] = True


class FreeRequest(RequestSpec):
    """Delete revisions and partial files of the cache: `CacheFreed`."""

    action: ClassVar[str] = "free"
    aside: ClassVar[bool] = True

    revisions: tuple[str, ...] = ()
    """Their folders, as `CacheListed` gave them: two repositories may have the same commit."""
    partials: tuple[str, ...] = ()
    """Their paths, as `CacheListed` gave them."""


class CheckRequest(RequestSpec):
    """Look a model on this machine over: a `CheckMade` for each thing. Nothing is taken into the library."""

    action: ClassVar[str] = "check"

    source: Annotated[str, Field(min_length=1), AfterValidator(paths.settled_model_source)]
    is_new: bool = False
    """Whether what MacTuner has made already is wrong too: it need not be taken in."""


MODEL_REQUESTS: tuple[type[RequestSpec], ...] = (
    AccountRequest,
    LoginRequest,
    LogoutRequest,
    SearchRequest,
    DescribeRequest,
    PlanRequest,
    CacheRequest,
    FreeRequest,
    CheckRequest,
)
