"""Explore: figures and charts of what the mapping and the recipe leave; first from a sample, then exactly."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from mactuner_tui.core import paths
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import Profiled, ReportWritten, RequestCancelled
from mactuner_tui.core.profile import Profile
from mactuner_tui.core.specs.data_requests import ProfileRequest
from mactuner_tui.screens.data.figures import (
    beyond,
    figures,
    missing_bars,
    share_bars,
    spread,
    standing,
    word_bars,
)
from mactuner_tui.screens.data.messages import ViewChosen
from mactuner_tui.screens.data.step import Step
from mactuner_tui.screens.data.view_form import ViewSpec, view_form
from mactuner_tui.widgets.charts import Bars, Histogram
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.progress_line import ProgressLine
from mactuner_tui.widgets.spec_form import SpecForm
from mactuner_tui.widgets.word_cloud import WordCloud

REST_SECONDS = 0.3


class ExploreStep(Step):
    """A page of cards to scroll through."""

    NAME = "explore"
    TITLE = "Explore"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "Next chart", id="explore.next", tooltip="The next charts"),
        Binding("left", "turn(-1)", "Chart before", show=False, id="explore.before", tooltip="The charts before"),
        Binding("h", "write_report", "HTML report", id="explore.html", tooltip="Write all this as a web page"),
        Binding("r", "again", "Measure again", show=False, id="explore.again", tooltip="Measure again"),
        Binding("x", "stop", "Stop", id="explore.stop", tooltip="Stay with what is known by now"),
    ]

    progress = getters.query_one("#explore-progress", ProgressLine)
    page = getters.query_one("#explore-page", Page)
    form = getters.query_one(SpecForm)

    _asked: tuple[int, ProfileRequest] | None = None
    profile: Profile | None = None
    """What is drawn."""
    _opening = 0
    _card = 0
    _report = ""
    """The page that was written of this source."""

    def compose_middle(self) -> ComposeResult:
        with Horizontal(id="explore-head"):
            yield Static(id="explore-standing")
            yield ProgressLine(id="explore-progress")
        with Page(id="explore-page"):
            with Vertical(classes="card"):
                yield Static("figures", classes="heading")
                yield Static(id="explore-figures")
            with Horizontal(classes="cards"):
                yield Histogram(id="chart-characters", classes="card")
                yield Histogram(id="chart-tokens", classes="card")
            with Horizontal(classes="cards"):
                yield Bars(id="chart-words", classes="card")
                yield Bars(id="chart-missing", classes="card")
            with Vertical(classes="card"):
                yield Static("word cloud", classes="heading")
                yield WordCloud()
            with Horizontal(classes="cards"):
                yield Bars(id="chart-languages", classes="card")
                yield Bars(id="chart-scripts", classes="card")

    def compose_side(self) -> ComposeResult:
        yield Static("Seen by", classes="heading")
        yield view_form()

    @property
    def main(self) -> Widget:
        return self.page

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_data(self) -> None:
        if not self.form.has_focus_within:
            self.form.fill(ViewSpec(model=self.state.model, max_length=self.state.plan.max_length))
        if self._asked != (self.state.opening, self.state.request(ProfileRequest)):
            self._measure()

    def _draw(self, profile: Profile) -> None:
        self.profile = profile
        self.show_body()
        self._say_standing()
        self.query_one("#explore-figures", Static).update(figures(profile))
        self._draw_lengths(profile)
        near = Content() if profile.exact else Content.styled("≈ from a sample", "$quiet")
        self._bars("words").show("top words", word_bars(profile), near)
        self._bars("missing").show("missing by column", missing_bars(profile), near)
        self.query_one(WordCloud).show(profile.top_words)
        judged = Content.styled(f"judged by {profile.language_rows:,} rows", "$quiet")
        self._bars("languages").show("languages", share_bars(profile.languages), judged)
        self._bars("scripts").show("scripts", share_bars(profile.scripts), Content.styled("of letters", "$quiet"))

    def _say_standing(self) -> None:
        """Whether the figures are exact, and where they were written."""
        said = standing(self.profile) if self.profile else Content()
        report = (f"   report: {self._report}", "$quiet") if self._report else ""
        self.query_one("#explore-standing", Static).update(Content.assemble(said, report))

    def _draw_lengths(self, profile: Profile) -> None:
        note = Content.styled(spread(profile.characters, short=True), "$quiet")
        self.query_one("#chart-characters", Histogram).show("text length, characters", profile.characters, note)
        self.query_one("#chart-tokens", Histogram).show(
            f"token length, {profile.model}", profile.tokens, beyond(profile), profile.max_length
        )

    def _bars(self, name: str) -> Bars:
        return self.query_one(f"#chart-{name}", Bars)

    # -- asking --------------------------------------------------------------------------------------------------------

    @work(group="measure", exclusive=True, exit_on_error=False)
    async def _measure(self, report: str = "") -> None:
        plain = self.state.request(ProfileRequest)
        self._asked = (self.state.opening, plain)
        if self._opening != self.state.opening:
            self._opening, self.profile, self._report = self.state.opening, None, ""
            self.show_notice("Measuring …", "Figures come from a sample first, then from all rows.", mood="busy")
        await asyncio.sleep(REST_SECONDS)
        self.progress.begin("measuring all rows")
        self.screen.refresh_bindings()
        request = plain.model_copy(update={"report": report, "sample": not report})
        try:
            async for event in self.ask(request):
                self.progress.follow(event)
                if self.profile is None:
                    self.follow_in_notice(event)
                match event:
                    case Profiled():
                        self._draw(event.profile)
                    case ReportWritten():
                        self._report = event.path
                        self.notify(event.path, title="The report is written", timeout=10, markup=False)
                        self._say_standing()
                    case RequestCancelled():
                        self._asked = None
        except MacTunerError as error:
            self._asked = None
            self.show_failure(error)
        finally:
            self.progress.end()
            if self.is_attached:
                self.screen.refresh_bindings()

    @on(SpecForm.Edited)
    def look_otherwise(self, event: SpecForm.Edited) -> None:
        if isinstance(event.spec, ViewSpec):
            self.post_message(ViewChosen(event.spec.model, event.spec.max_length, topic=event.path))

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_turn(self, direction: int) -> None:
        """Bring the next cards, or those before, to the top."""
        cards = list(self.page.children)
        self._card = min(max(self._card + direction, 0), len(cards) - 1)
        self.page.scroll_to_widget(cards[self._card], top=True, animate=False)

    def action_write_report(self) -> None:
        self._measure(report=str(report_path(self.state.source)))

    def action_again(self) -> None:
        self._measure()

    def action_stop(self) -> None:
        """End the measuring; the sample's figures stay."""
        self.workers.cancel_group(self, "measure")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "turn" | "write_report":
                return self.profile is not None and not self.has_notice
            case "again":
                return self.state.opened is not None
            case "stop":
                return bool(self.progress.display) and self.profile is not None
        return super().check_action(action, parameters)


def report_path(source: str) -> Path:
    """Where the report of a source goes; a newer one takes its place."""
    return paths.home() / "reports" / f"{paths.stem(source)}.html"
