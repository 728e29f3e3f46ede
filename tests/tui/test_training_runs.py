"""The list of runs, the monitor, and what can be done with a run."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from textual.widgets import RichLog, Static

from mactuner_tui.core import events, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.runtime import jobs
from mactuner_tui.screens.training.monitor import Monitor
from mactuner_tui.screens.training.run_table import RunTable
from mactuner_tui.screens.training.screen import TrainingScreen
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.host import JobOpened
from mactuner_tui.widgets.loss_chart import LossPlot
from mactuner_tui.widgets.notice import Notice
from tests.tui.pilots import (
    NARROW,
    curve,
    finished_run,
    host,
    made_step,
    running_app,
    scored,
    wait_for,
    write_job,
    write_run,
)


@pytest.fixture
def process() -> Iterator[int]:
    """A living process that leads a session of its own, as a job's does. Gives its pid."""
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield child.pid
    child.kill()
    child.wait()


def shown(screen: TrainingScreen, selector: str) -> str:
    """The text of a widget of the monitor."""
    return str(screen.query_one(Monitor).query_one(selector, Static).content)


async def test_runs_are_listed_newest_first_with_their_state() -> None:
    finished_run(1)
    write_run(2, Status.STOPPED, curve(8, 24), name="second")
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        table = screen.table
        await wait_for(pilot, lambda: table.row_count == 2, "both runs are listed")
        first, second = ([str(cell) for cell in table.get_row_at(row)] for row in (0, 1))
        assert first[:4] == ["■", "second", "starter", "stdlib"]
        assert second[:6] == ["✓", "stdlib-lora", "starter", "stdlib", "2.97 → 2.35", "100 %"]
        assert screen.chosen == "train-20260101-000002-0000"


async def test_opening_an_old_run_redraws_its_curves_from_its_events() -> None:
    run = finished_run(1)
    write_run(2, Status.STOPPED, curve(8, 400), name="newer")
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        screen.open_job(run)
        plot = screen.query_one(LossPlot)
        await wait_for(pilot, lambda: plot.drawn_steps == 24, "the curve is drawn")
        drawn = plot.plt.build()
        assert "●" in drawn
        assert any("⠀" < character <= "⣿" for character in drawn)
        assert "step 24 / 24" in shown(screen, "#run-figures")
        assert "2.97 → 2.35" in shown(screen, "#run-banner")


async def test_new_steps_move_the_figures(process: int) -> None:
    run = write_run(1, Status.RUNNING, curve(8, 24), pid=process)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: "step 8 / 24" in shown(screen, "#run-figures"), "the first steps are shown")
        with (paths.jobs() / run / "events.jsonl").open("a") as file:
            for event in (made_step(9, 2.5, 24), scored(9, 2.4)):
                file.write(event.to_line() + "\n")
        await wait_for(pilot, lambda: "step 9 / 24" in shown(screen, "#run-figures"), "the new step is shown")
        assert "2.400" in shown(screen, "NowPanel")
        assert str(screen.table.get_row_at(0)[4]) == "2.97 → 2.40"


async def test_a_failed_run_says_why_and_which_key_helps() -> None:
    failure = events.JobFailed(kind="ModelError", message="/x[/x] has no config.json.", hint="Copy it again.")
    write_run(1, Status.FAILED, [events.JobStarted(attempt=1, pid=1), failure], model="/x[/x]")
    async with running_app() as pilot:
        notice = pilot.app.screen.query_one("#run-notice", Notice)
        await wait_for(pilot, lambda: notice.query_one("#notice-title", Static).content, "the notice is shown")
        assert "/x[/x] has no config.json." in str(notice.query_one("#notice-title", Static).content)
        assert "Copy it again." in str(notice.query_one("#notice-text", Static).content)
        assert "r try again" in str(notice.query_one("#notice-keys", Static).content)


async def test_a_run_that_died_without_a_word_shows_the_end_of_its_log() -> None:
    run = write_run(1, Status.RUNNING, [events.JobStarted(attempt=1, pid=1)])
    (paths.jobs() / run / "log.txt").write_text("loading\nKilled by signal [/9]\n")
    async with running_app() as pilot:
        notice = pilot.app.screen.query_one("#run-notice", Notice)
        text = notice.query_one("#notice-text", Static)
        await wait_for(pilot, lambda: "Killed by signal [/9]" in str(text.content), "the last words are shown")


async def test_foreign_text_is_never_read_as_markup() -> None:
    hostile = "[/x] [bold]not bold[/bold] [@click=app.quit]"
    happened = [events.JobStarted(attempt=1, pid=1), events.Noted(text=hostile, warning=True)]
    write_run(1, Status.STOPPED, [*happened, *curve(3, 24)], model=hostile, data="d[/x]")
    async with running_app() as pilot:
        log = pilot.app.screen.query_one(RichLog)
        await wait_for(pilot, lambda: any("[/x] [bold]" in line.text for line in log.lines), "the note is in the log")
        await pilot.press("e", "j")
        await pilot.pause()
        assert pilot.app.is_running


async def test_keys_follow_the_state_of_the_chosen_run(process: int) -> None:
    finished_run(1)
    write_run(2, Status.RUNNING, curve(8, 24), pid=process)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.state is Status.RUNNING, "the running run is chosen")
        keys = screen.active_bindings
        assert "p" in keys
        assert "x" in keys
        assert "d" not in keys
        screen.table.focus()
        await pilot.press("down")
        await wait_for(pilot, lambda: screen.state is Status.FINISHED, "the finished run is chosen")
        keys = screen.active_bindings
        assert "c" in keys
        assert "d" in keys
        assert "x" not in keys


async def test_a_run_is_paused_and_continued(process: int) -> None:
    run = write_run(1, Status.RUNNING, curve(8, 24), pid=process)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.state is Status.RUNNING, "the run is chosen")
        await pilot.press("p")
        await wait_for(pilot, lambda: screen.state is Status.PAUSED, "it is paused")
        assert jobs.get(run).status is Status.PAUSED
        await pilot.press("p")
        await wait_for(pilot, lambda: screen.state is Status.RUNNING, "it goes on")


async def test_deleting_asks_first() -> None:
    run = finished_run(1)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.state is Status.FINISHED, "the run is chosen")
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmModal), "it asks")
        await pilot.press("enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "enter means no")
        assert (paths.jobs() / run).is_dir()
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmModal), "it asks again")
        await pilot.press("y")
        await wait_for(pilot, lambda: not (paths.jobs() / run).exists(), "the run is gone")
        await wait_for(pilot, lambda: screen.has_class("-none"), "the empty state is shown")


async def test_a_toast_says_that_a_run_ended(process: int) -> None:
    run = write_run(1, Status.RUNNING, curve(8, 24), pid=process)
    async with running_app(NARROW) as pilot:
        app = host(pilot)
        await wait_for(pilot, lambda: app.live_job, "the run is seen")
        failure = events.JobFailed(kind="TrainingError", message="The loss is not a number [/x].", hint="")
        with (paths.jobs() / run / "events.jsonl").open("a") as file:
            file.write(failure.to_line() + "\n")
        jobs.close(paths.jobs() / run, Status.FAILED)
        await wait_for(pilot, lambda: len(pilot.app.screen.query("Toast")), "a toast is shown")


async def test_enter_gives_a_run_the_whole_middle() -> None:
    finished_run(1)
    async with running_app(NARROW) as pilot:
        table = pilot.app.screen.query_one(RunTable)
        await wait_for(pilot, lambda: table.row_count, "the run is listed")
        assert pilot.app.screen.focused is table
        await pilot.press("enter")
        await wait_for(pilot, lambda: not table.display, "the list is hidden")
        await pilot.press("escape")
        await wait_for(pilot, lambda: table.display, "the list is back")


async def test_cells_change_in_place(process: int) -> None:
    finished_run(1)
    run = write_run(2, Status.RUNNING, curve(8, 24), pid=process)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.table.row_count == 2, "both are listed")
        screen.table.focus()
        await pilot.press("down")
        with (paths.jobs() / run / "events.jsonl").open("a") as file:
            file.write(made_step(9, 2.5, 24).to_line() + "\n")
        await wait_for(pilot, lambda: str(screen.table.get_row_at(0)[5]) == "38 %", "the first row moved on")
        assert screen.table.cursor_row == 1


async def test_what_was_confirmed_is_deleted_whatever_is_chosen_by_then() -> None:
    older, newer = finished_run(1), finished_run(2)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.chosen == newer, "the newer run is chosen")
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmModal), "it asks")
        screen.chosen = older
        await pilot.press("y")
        await wait_for(pilot, lambda: len(jobs.list_all()) == 1, "a run is gone")
        assert (paths.jobs() / older).is_dir()


@pytest.fixture
def deaf_process() -> Iterator[int]:
    """A living process that does not end when it is asked to. Gives its pid."""
    program = "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True)\nwhile True: signal.pause()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child.pid
        child.kill()


async def test_a_run_that_is_stopping_cannot_be_frozen(deaf_process: int) -> None:
    run = write_run(1, Status.RUNNING, curve(8, 24), pid=deaf_process)
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.state is Status.RUNNING, "the run is chosen")
        await pilot.press("x")
        await wait_for(pilot, lambda: host(pilot).desk.is_stopping(run), "it is stopping")
        await pilot.press("p", "x")
        await wait_for(pilot, lambda: len(screen.query("Toast")) == 3, "it is told so, each time")
        assert jobs.get(run).status is Status.RUNNING


async def test_a_failed_job_without_a_screen_of_its_own_is_read_and_deleted_where_runs_are() -> None:
    finished_run(1)
    failure = events.JobFailed(kind="DataError", message="The package is damaged.", hint="Install it again.")
    failed = write_job(2, PrepareSpec(source="stdlib"), Status.FAILED, [events.JobStarted(attempt=1, pid=1), failure])
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        await wait_for(pilot, lambda: screen.table.row_count == 1, "the run alone is listed")
        screen.post_message(JobOpened(failed))
        await wait_for(pilot, lambda: screen.chosen == failed, "the job is shown")
        assert "The package is damaged." in shown(screen, "#notice-title")
        assert "r" in screen.active_bindings
        assert "e" not in screen.active_bindings
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmModal), "it asks")
        await pilot.press("y")
        await wait_for(pilot, lambda: not (paths.jobs() / failed).exists(), "it is gone")
        await wait_for(pilot, lambda: screen.table.row_count == 1, "the run alone is listed again")
