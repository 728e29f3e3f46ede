"""What the shell asks a models session: the Hub, the account on it, the cache, a look at a folder."""

from dataclasses import dataclass
from typing import TypeVar

import typer
from rich.console import Console

from mactuner_tui.cli import output
from mactuner_tui.cli.asking import ask
from mactuner_tui.core import events
from mactuner_tui.core.errors import MacTunerError, ModelError, SpecError
from mactuner_tui.core.events import AccountRead, BaseEvent, CacheListed, CheckMade
from mactuner_tui.core.hub_models import CachedRevision, HubDetail, HubModel
from mactuner_tui.core.numbers import bytes_text, count_text
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.model_requests import (
    AccountRequest,
    CacheRequest,
    CheckRequest,
    DescribeRequest,
    FreeRequest,
    LoginRequest,
    LogoutRequest,
    PlanRequest,
    SearchRequest,
)
from mactuner_tui.core.specs.models import DownloadSpec
from mactuner_tui.runtime.sessions import open_session

SHORTEST_COMMIT = 4
"""Letters of a commit by which it may be named."""
Told = TypeVar("Told", bound=BaseEvent)


async def _answer(request: RequestSpec, wanted: type[Told]) -> Told:
    """The one event of this class that answers a request."""
    found: Told | None = None
    async with await open_session("models") as session:
        async for event in ask(session, request):
            if isinstance(event, wanted):
                found = event
    assert found is not None, f"{request.action} was not answered"
    return found


async def search(request: SearchRequest) -> list[HubModel]:
    """The models found, with all that could be found out about each."""
    models: dict[str, HubModel] = {}
    async with await open_session("models") as session:
        async for event in ask(session, request):
            match event:
                case events.HubModelsFound():
                    models = {model.id: model for model in event.models}
                case events.HubModelRead() if event.id in models:
                    models[event.id] = models[event.id].model_copy(update={"facts": event.facts})
    return list(models.values())


async def describe(request: DescribeRequest) -> HubDetail:
    """One model of the Hub."""
    return (await _answer(request, events.HubModelDescribed)).detail


async def refuse_what_does_not_fit(spec: DownloadSpec) -> None:
    """Say what a download takes. Raises `ModelError` when the disk has no room for it."""
    request = PlanRequest(repo=spec.repo, revision=spec.revision, file=spec.file)
    planned = await _answer(request, events.DownloadPlanned)
    needed = [file for file in planned.files if file.needed]
    there = sum(file.there for file in needed)
    output.notes.print(
        f"{planned.repo}: {count_text(len(needed), 'file')}, {bytes_text(planned.missing)} to download"
        + (f" ({bytes_text(there)} are there)" if there else "")
        + f", {bytes_text(planned.free)} free",
        soft_wrap=True,
    )
    if planned.missing > planned.free:
        raise ModelError(
            f"{planned.repo} does not fit: {bytes_text(planned.missing)} are to come, "
            f"{bytes_text(planned.free)} are free on the disk of the Hugging Face cache.",
            "`mactuner models cache list` shows what could go. HF_HOME may lie on a larger disk.",
        )


async def check(request: CheckRequest, shown: Console | None) -> list[CheckMade]:
    """Look a model on this machine over, showing each line as it comes."""
    checks = []
    async with await open_session("models") as session:
        async for event in ask(session, request):
            if isinstance(event, events.CheckMade):
                checks.append(event)
                if shown is not None:
                    output.show_check(event, shown)
    return checks


async def cache() -> CacheListed:
    """What lies in the Hugging Face cache."""
    return await _answer(CacheRequest(), events.CacheListed)


@dataclass(frozen=True)
class _Chosen:
    revisions: list[CachedRevision]
    partials: tuple[str, ...]
    size: int


async def free(commits: list[str], partials: bool, sure: bool) -> None:
    """Delete revisions, named by the beginning of their commit, and broken-off downloads, asking first."""
    if not commits and not partials:
        raise SpecError("Nothing is named.", "Name commits, as `mactuner models cache list` shows them, or --partials.")
    chosen = _choose(await cache(), commits, partials)
    for revision in chosen.revisions:
        if revision.library:
            output.notes.print(f"These are the files of {', '.join(revision.library)} in the library.")
    if not chosen.revisions and not chosen.partials:
        output.console.print("Nothing to delete")
        return
    what = [count_text(len(chosen.revisions), "revision")] if chosen.revisions else []
    what += [count_text(len(chosen.partials), "broken-off download")] if chosen.partials else []
    question = f"Delete {' and '.join(what)}? This frees {bytes_text(chosen.size)} and cannot be undone."
    if sure or typer.confirm(question, err=True):
        request = FreeRequest(revisions=tuple(one.folder for one in chosen.revisions), partials=chosen.partials)
        output.console.print(f"{bytes_text((await _answer(request, events.CacheFreed)).size)} freed")


def _choose(listed: CacheListed, commits: list[str], partials: bool) -> _Chosen:
    revisions: dict[str, CachedRevision] = {}
    for wanted in commits:
        repo, _, start = wanted.rpartition("@")
        known = [one for one in listed.revisions if repo in ("", one.repo)]
        found = [one for one in known if one.commit.startswith(start) and len(start) >= SHORTEST_COMMIT]
        if len(found) != 1:
            raise ModelError(
                f"{count_text(len(found), 'revision')} in the cache with a commit that begins with {wanted!r}.",
                f"`mactuner models cache list` shows the commits; {SHORTEST_COMMIT} letters or more name one. "
                "Of two repositories with the same commit: owner/name@commit.",
            )
        revisions[found[0].folder] = found[0]
    broken_off = listed.partials if partials else ()
    size = sum(one.freed for one in revisions.values()) + sum(one.size for one in broken_off)
    return _Chosen(list(revisions.values()), tuple(one.path for one in broken_off), size)


async def login(token: str) -> None:
    """Let a token be checked and stored."""
    _tell(await _answer(LoginRequest.of({"token": token}), AccountRead))


async def logout() -> None:
    """Forget the stored token."""
    _tell(await _answer(LogoutRequest(), AccountRead))


async def whoami(json: bool) -> None:
    """Tell who is logged in."""
    account = await _answer(AccountRequest(), AccountRead)
    if json:
        output.show_json(account.model_dump(include={"name", "source", "problem"}))
        if account.problem:
            raise typer.Exit(1)
    else:
        _tell(account)


def _tell(account: AccountRead) -> None:
    if account.problem:
        raise MacTunerError(account.problem)
    place = " (HF_TOKEN)" if account.source == "environment" else ""
    output.console.print(f"Logged in as {account.name}{place}" if account.name else "No one is logged in")
