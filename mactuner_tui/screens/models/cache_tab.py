"""Cache: what lies in the Hugging Face cache, used by MacTuner or not, and what deleting it frees."""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import CacheFreed, CacheListed
from mactuner_tui.core.hub_models import CachedPartial, CachedRevision
from mactuner_tui.core.job import Status
from mactuner_tui.core.numbers import bytes_text, count_text, when_text
from mactuner_tui.core.specs.model_requests import CacheRequest, FreeRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.words import named, paragraphs, quiet
from mactuner_tui.widgets.column_list import Column, ColumnList, Line
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.texts import one_line

COLUMNS = (
    Column("repository", 24),
    Column("kind", 7, rank=2),
    Column("revision", 16, rank=1),
    Column("size", 7, "right"),
    Column("frees", 7, "right"),
    Column("used", 6, "right", rank=3),
    Column("in library as", 14),
)
Entry = CachedRevision | CachedPartial


class CacheTab(Part):
    """Asks the session what there is; deletes after a second question."""

    NAME = "cache"
    TITLE = "Cache"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "delete", "Delete", id="cache.delete", tooltip="Delete this from the cache"),
        Binding("y", "copy_path", "Copy path", show=False, id="cache.copy", tooltip="Copy the path of its folder"),
        Binding("r", "again", "Refresh", id="cache.again", tooltip="Look at the cache again"),
    ]

    table = getters.query_one("#cache-list", ColumnList)

    def __init__(self, desk: SessionDesk) -> None:
        super().__init__()
        self._desk = desk
        self._listed: CacheListed | None = None
        self._entries: dict[str, Entry] = {}
        self._done_jobs: frozenset[str] = frozenset()

    def compose_middle(self) -> ComposeResult:
        yield Static(id="cache-total")
        yield ColumnList(COLUMNS, id="cache-list")

    def compose_side(self) -> ComposeResult:
        yield Static("In the cache", classes="heading")
        with Page(classes="details"):
            yield Static(id="cache-panel")

    @property
    def main(self) -> Widget:
        return self.table.options

    @property
    def entry(self) -> Entry | None:
        return self._entries.get(self.table.key or "")

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        self._look()

    def show_jobs(self) -> None:
        """A job that is done may have brought something, or taken it into the library."""
        done = frozenset(view.id for view in self.app.jobs if view.status is Status.FINISHED)
        if done != self._done_jobs:
            self._done_jobs = done
            self._look()

    @work(group="cache", exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        if self._listed is None:
            self.show_notice("Looking into the cache …", mood="busy")
        try:
            async with aclosing(self._desk.ask(CacheRequest())) as events:
                async for event in events:
                    if isinstance(event, CacheListed):
                        self._take(event)
        except MacTunerError as error:
            self.show_failure(error)

    def _take(self, listed: CacheListed) -> None:
        self._listed = listed
        revisions = sorted(listed.revisions, key=lambda one: -one.size)
        self._entries = {f"{one.repo} {one.commit}": one for one in revisions}
        self._entries |= {one.path: one for one in listed.partials}
        if not self._entries:
            self.show_notice("The cache is empty", f"Downloads will lie in {listed.folder}.", [(",", "search the Hub")])
            return
        self.show_body()
        counts = [count_text(len(listed.revisions), "revision")]
        if listed.partials:
            counts.append(count_text(len(listed.partials), "partial download"))
        total = Content.assemble(
            (bytes_text(listed.size), "bold"), f" · {' · '.join(counts)}  ", (listed.folder, "$quiet")
        )
        problems = "".join(f"\n! {problem}" for problem in listed.problems[:3])
        self.query_one("#cache-total", Static).update(Content.assemble(total, (problems, "$state-warn")))
        self.table.show([_line(key, one) for key, one in self._entries.items()])
        self._show_details()

    @on(ColumnList.Highlighted)
    def show_highlighted(self) -> None:
        self._show_details()

    def _show_details(self) -> None:
        entry = self.entry
        self.query_one("#cache-panel", Static).update(_panel(entry) if entry else "")
        self.screen.refresh_bindings()

    # -- actions -------------------------------------------------------------------------------------------------------

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_delete(self) -> None:
        entry = self.entry
        if entry is None:
            return
        if isinstance(entry, CachedPartial):
            request, frees = FreeRequest(partials=(entry.path,)), entry.size
            question, loss = f"Delete the broken-off download of {entry.repo}?", "It would begin anew."
        else:
            request, frees = FreeRequest(revisions=(entry.folder,)), entry.freed
            question, loss = f"Delete {entry.repo} from the cache?", _loss(entry)
        if await self.app.push_screen_wait(ConfirmModal(question, f"This frees {bytes_text(frees)}. {loss}", "Delete")):
            await self._free(request)

    async def _free(self, request: FreeRequest) -> None:
        try:
            async with aclosing(self._desk.ask(request)) as events:
                async for event in events:
                    if isinstance(event, CacheFreed):
                        self.notify(f"{bytes_text(event.size)} are free again.", title="Deleted", markup=False)
        except MacTunerError as error:
            self.notify(f"{error.message} {error.hint}", title="Not deleted", severity="error", markup=False)
        self._look()

    def action_copy_path(self) -> None:
        entry = self.entry
        if entry is not None:
            path = entry.path if isinstance(entry, CachedPartial) else entry.folder
            self.app.copy_to_clipboard(path)
            self.notify(path, title="Copied", markup=False)

    def action_again(self) -> None:
        self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("delete", "copy_path"):
            return self.entry is not None and not self.has_notice
        return super().check_action(action, parameters)


def _line(key: str, one: Entry) -> Line:
    if isinstance(one, CachedPartial):
        note = Content.assemble(("~ ", "$state-warn"), "broken off  ", f"{bytes_text(one.size)} of a file")
        return Line(key, (Content(one_line(one.repo)),), note)
    refs = f" {', '.join(one.refs)}" if one.refs else ""
    cells = (
        Content(one_line(one.repo)),
        quiet(one.kind),
        Content(one_line(f"{one.commit[:7]}{refs}")),
        Content(bytes_text(one.size)),
        Content(bytes_text(one.freed)),
        quiet(when_text(one.used)),
        Content(one_line(", ".join(one.library))),
    )
    return Line(key, cells)


def _panel(one: Entry) -> Content:
    if isinstance(one, CachedPartial):
        return paragraphs(
            [Content.styled(one_line(one.repo), "bold"), Content("a download that was broken off")],
            [named("size", bytes_text(one.size)), named("file", one_line(one.path))],
        )
    return paragraphs(
        [Content.styled(one_line(one.repo), "bold"), quiet(one.kind)],
        [
            named("revision", one.commit),
            named("refs", ", ".join(one.refs) or "none: it was replaced by a newer one"),
            named("files", f"{one.files:,}"),
            named("size", bytes_text(one.size)),
            named("frees", bytes_text(one.freed)),
            named("used", when_text(one.used)),
            named("library", ", ".join(one.library) or "not in the library"),
        ],
        [named("folder", one_line(one.folder))],
    )


def _loss(one: CachedRevision) -> str:
    if one.library:
        return f"! The library's {', '.join(one.library)} would be without its files."
    return "It can be downloaded again."
