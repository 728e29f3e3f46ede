"""The frame around the screens: places, panels, keys, themes, help, palette, and leaving."""

import os
from functools import partial

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Footer, Markdown, Static

from mactuner_tui.core.job import Status
from mactuner_tui.core.machine import Snapshot
from mactuner_tui.runtime.desk import Desk
from mactuner_tui.screens.chat.prompt import Prompt
from mactuner_tui.screens.chat.screen import ChatScreen
from mactuner_tui.screens.training.run_table import RunTable
from mactuner_tui.screens.training.screen import TrainingScreen
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.help_panel import SideHelp
from mactuner_tui.widgets.loss_chart import LossPlot
from mactuner_tui.widgets.sidebar import Sidebar
from mactuner_tui.widgets.status_bar import StatusBar
from mactuner_tui.widgets.themes import DARK, LIGHT
from tests.tui.pilots import NARROW, WIDE, curve, finished_run, host, running_app, wait_for, write_run

ESSENTIAL = {
    "training": ("TopBar", "RunTable", "#run-title", "#run-figures", "LossPlot", "NowPanel", "RunLog", "StatusBar"),
    "chat": ("TopBar", "ChatHead", "#chat-notice", "Prompt", "StatusBar"),
}


def running_run() -> str:
    """A run that this very process seems to work on: it holds the GPU, so the chat loads nothing by itself."""
    return write_run(1, Status.RUNNING, curve(8, 24), pid=os.getpid())


async def go_to(pilot: Pilot[None], mode: str) -> None:
    """Open a screen of the menu."""
    pilot.app.switch_mode(mode)
    await wait_for(pilot, lambda: getattr(pilot.app.screen, "MODE", "") == mode, f"{mode} is shown")


@pytest.mark.parametrize("mode", ["training", "chat"])
@pytest.mark.parametrize("size", [NARROW, (110, 30), WIDE], ids=str)
async def test_nothing_essential_is_cut_or_covered(size: tuple[int, int], mode: str) -> None:
    running_run()
    async with running_app(size) as pilot:
        await go_to(pilot, mode)
        screen = pilot.app.screen
        if mode == "training":
            await wait_for(pilot, lambda: screen.query_one(LossPlot).drawn_steps, "the curve is drawn")
        widgets = [screen.query_one(selector) for selector in ESSENTIAL[mode]]
        await wait_for(pilot, lambda: all(widget.size.height for widget in widgets), "everything has its place")
        for widget in [*widgets, screen.query_one(Footer)]:
            assert is_whole(widget), f"{widget} is cut at {size}"
        for widget in widgets:
            assert len(overlapping(widget, widgets)) == 1, f"{widget} is covered at {size}"
        if mode == "training":
            now = screen.query_one("NowPanel", Static)
            assert now.size.height >= len(str(now.content).splitlines())
            assert screen.query_one(LossPlot).size.height >= 6
            assert screen.query_one(LossPlot).size.width >= 40
            table = screen.query_one(RunTable)
            assert table.virtual_size.width <= table.size.width


def is_whole(widget: Widget) -> bool:
    """Whether all of the widget lies on the screen."""
    place = widget.screen.find_widget(widget)
    return bool(place.region) and place.visible_region == place.region


def overlapping(widget: Widget, others: list[Widget]) -> list[Widget]:
    """Which of the widgets share cells with this one; itself among them."""
    return [other for other in others if other.region.overlaps(widget.region)]


async def test_digits_switch_between_the_screens() -> None:
    running_run()
    async with running_app() as pilot:
        await pilot.press("5")
        await wait_for(pilot, lambda: isinstance(pilot.app.focused, Prompt), "the chat is shown, with its prompt")
        await pilot.press("escape", "4")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, TrainingScreen), "training is shown")


async def test_a_screen_can_be_asked_for_at_the_start() -> None:
    running_run()
    async with running_app(screen="chat") as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ChatScreen), "the chat is shown")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_menu_and_panel_fold_and_unfold(size: tuple[int, int]) -> None:
    finished_run(1)
    async with running_app(size) as pilot:
        screen = pilot.app.screen
        open_at_first = size == WIDE
        for key, panel in (("ctrl+b", screen.query_one(Sidebar)), ("o", screen.query_one("#side"))):
            assert panel.display is open_at_first
            await pilot.press(key)
            assert panel.display is not open_at_first
            if not open_at_first:
                assert is_whole(panel)
            await pilot.press(key)
            assert panel.display is open_at_first


async def test_folding_the_panel_takes_the_focus_out_of_it() -> None:
    finished_run(1)
    async with running_app(NARROW) as pilot:
        screen = pilot.app.screen
        await pilot.press("n")
        await wait_for(pilot, lambda: screen.focused and screen.query_one("#side") in screen.focused.ancestors, "in it")
        await pilot.press("escape")
        await wait_for(pilot, lambda: screen.focused and not screen.query_one("#side").display, "the panel is folded")
        assert screen.focused is screen.query_one("RunTable")


async def test_the_list_of_jobs_opens_a_run() -> None:
    older = finished_run(1)
    write_run(2, Status.STOPPED, curve(8, 24), name="newer")
    async with running_app() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        jobs = screen.query_one(Sidebar).job_list
        await wait_for(pilot, lambda: jobs.option_count == 2, "the jobs are listed")
        await pilot.press("j")
        await wait_for(pilot, lambda: screen.focused is jobs, "the list has the focus")
        jobs.highlighted = 1
        await pilot.press("enter")
        await wait_for(pilot, lambda: screen.chosen == older, "the run is shown")


async def test_every_theme_draws_every_screen() -> None:
    running_run()
    async with running_app() as pilot:
        for mode in ("training", "chat"):
            await go_to(pilot, mode)
            for theme in (LIGHT.name, "nord", "textual-light", DARK.name):
                pilot.app.theme = theme
                await pilot.pause()
                assert pilot.app.theme_variables["loss-train"]


async def test_the_chart_takes_the_colours_of_the_theme() -> None:
    finished_run(1)
    async with running_app() as pilot:
        plot = pilot.app.screen.query_one(LossPlot)
        await wait_for(pilot, lambda: plot.drawn_steps, "the curve is drawn")
        dark = plot.plt.build()
        pilot.app.theme = LIGHT.name
        await wait_for(pilot, lambda: plot.plt.build() != dark, "it is drawn anew")


def contains(page: Markdown, words: str) -> bool:
    """Whether the page has these words."""
    return words in page.source


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_help_explains_the_screen_and_lists_keys(size: tuple[int, int]) -> None:
    running_run()
    async with running_app(size) as pilot:
        for mode, words in (("training", "validation loss"), ("chat", "first token")):
            await go_to(pilot, mode)
            await pilot.press("f1")
            await wait_for(pilot, lambda: pilot.app.screen.query(SideHelp), "help is shown")
            page = pilot.app.screen.query_one(SideHelp).query_one("#widget-help", Markdown)
            await wait_for(pilot, partial(contains, page, words), "it is this screen's")
            await pilot.press("f1")
            await wait_for(pilot, lambda: not pilot.app.screen.query(SideHelp), "help is gone")


async def test_the_palette_has_every_action_by_name() -> None:
    running_run()
    async with running_app() as pilot:
        app = host(pilot)
        for mode in ("training", "chat"):
            await go_to(pilot, mode)
            offered = {command.title for command in app.get_system_commands(app.screen)}
            named = {
                binding.description
                for _, binding, enabled, _ in app.screen.active_bindings.values()
                if enabled and binding.id
            }
            assert named <= offered
            assert {"Theme", "Screenshot", "Quit", "Training", "Chat", "Options", "Menu", "Help", "Keys"} <= offered


async def test_a_command_of_the_palette_does_its_action() -> None:
    finished_run(1)
    async with running_app() as pilot:
        commands = {command.title: command for command in host(pilot).get_system_commands(pilot.app.screen)}
        assert commands["Menu"].help
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: pilot.app.screen.query("CommandInput"), "the palette is open")
        await pilot.press(*"Menu")
        await wait_for(pilot, lambda: pilot.app.screen.query("CommandList"), "it searches")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await wait_for(pilot, lambda: not pilot.app.screen_stack[0].query_one(Sidebar).display, "the menu is folded")


async def test_bindings_have_unique_ids_and_explanations() -> None:
    running_run()
    async with running_app() as pilot:
        for mode in ("training", "chat"):
            await go_to(pilot, mode)
            ours = [one.binding for one in pilot.app.screen.active_bindings.values() if one.binding.id]
            by_action = {binding.id: binding.action for binding in ours}
            assert len({*by_action.values()}) >= 8
            assert all(binding.tooltip and binding.description for binding in ours)
            shown = {binding.action for binding in ours if binding.show}
            assert len(shown) <= 6


async def test_a_bug_in_a_worker_of_the_app_is_told_and_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    running_run()
    async with running_app() as pilot:
        monkeypatch.setattr(Desk, "is_stopping", lambda *_: 1 / 0)
        await wait_for(pilot, lambda: "x" in pilot.app.screen.active_bindings, "the run is chosen")
        await pilot.press("p")
        await wait_for(pilot, lambda: pilot.app.screen.query("Toast"), "it is told")
        assert pilot.app.is_running


@pytest.mark.parametrize(("size", "job"), [(WIDE, "⏵ stdlib-lora 33 %"), (NARROW, "⏵ 33 %")], ids=["wide", "narrow"])
async def test_the_status_bar_has_the_machine_and_the_running_job(size: tuple[int, int], job: str) -> None:
    running_run()
    async with running_app(size) as pilot:
        await wait_for(pilot, lambda: host(pilot).live_job, "the run is seen")
        host(pilot).snapshot = Snapshot(
            12, 20 * 10**9, 96 * 10**9, 0, "ok", 500 * 10**9, gpu_percent=34, gpu_memory=5 * 10**9
        )
        text = str(pilot.app.screen.query_one(StatusBar).render())
        assert job in text
        assert ("GPU 34 % 5 GB" in text) is (size == WIDE)
        assert all(part in text for part in ("CPU", "20 / 96 GB ok", "JOB 1.31 GB", "SWAP 0", "DISK 500 GB free"))


async def test_quitting_says_that_runs_go_on() -> None:
    running_run()
    async with running_app() as pilot:
        screen = pilot.app.screen
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmModal), "it asks")
        assert "goes on without this window" in str(pilot.app.screen.query_one("#detail", Static).content)
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "it stays")
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmModal), "it asks again")
        await pilot.press("enter")
        await wait_for(pilot, lambda: not pilot.app.is_running or pilot.app.return_code == 0, "it leaves")


async def test_quitting_without_runs_does_not_ask() -> None:
    async with running_app() as pilot:
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: pilot.app.return_code == 0, "it leaves")
