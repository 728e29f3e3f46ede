"""The menu at the left: the screens that exist, and the jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mactuner_tui.widgets.host import Host, JobOpened, Place
from mactuner_tui.widgets.texts import percent, shortened, status_content

if TYPE_CHECKING:
    from mactuner_tui.core.overview import JobView

JOBS_SHOWN = 12
TITLE_WIDTH = 13


class MenuItem(Static):
    """One screen of the menu."""

    def __init__(self, place: Place, here: bool) -> None:
        super().__init__(Content.assemble((place.key, "$quiet"), f" {place.title}"), classes="-here" if here else "")
        self._mode = place.mode

    async def on_click(self) -> None:
        await self.run_action(f"app.switch_mode('{self._mode}')")


class Sidebar(Vertical):
    """Screens above, jobs below. The list of jobs takes the focus; enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.leave", "Back", show=False, id="jobs.leave", tooltip="Back to the screen"),
    ]

    app = getters.app(Host)
    job_list = getters.query_one("#jobs", OptionList)

    def __init__(self, mode: str) -> None:
        super().__init__(id="sidebar")
        self._mode = mode
        self._shown: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        for place in self.app.PLACES:
            yield MenuItem(place, place.mode == self._mode)
        yield Static("Jobs", classes="heading", id="jobs-heading")
        yield OptionList(id="jobs", compact=True)

    def show_jobs(self, views: tuple[JobView, ...]) -> None:
        """Draw the jobs: what runs and waits first, then the newest of the others."""
        ordered = sorted(views, key=lambda view: (not view.status.is_live, view.status.is_over))[:JOBS_SHOWN]
        rows = [(view.id, _row(view)) for view in ordered]
        self.query_one("#jobs-heading").display = bool(rows)
        wanted = [(job_id, row.markup) for job_id, row in rows]
        if wanted == self._shown:
            return
        same_jobs = [job_id for job_id, _ in wanted] == [job_id for job_id, _ in self._shown]
        self._shown = wanted
        if same_jobs:
            for job_id, row in rows:
                self.job_list.replace_option_prompt(job_id, row)
        else:
            self.job_list.set_options(Option(row, id=job_id) for job_id, row in rows)

    @on(OptionList.OptionSelected, "#jobs")
    def open_job(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self.post_message(JobOpened(event.option_id))


def _row(view: JobView) -> Content:
    share = percent(view.history.progress) if view.status.is_live else ""
    title = shortened(view.title, TITLE_WIDTH - (len(share) + 1 if share else 0))
    return Content.assemble(status_content(view.status), " ", title, (f" {share}" if share else "", "$quiet"))
