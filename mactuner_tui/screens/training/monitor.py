"""One run: its title and figures, its curves, its checkpoints and log; or why there are none yet."""

from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import ProgressBar, Static

from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.numbers import duration_text, significant
from mactuner_tui.core.overview import JobView
from mactuner_tui.screens.training.now_panel import NowPanel
from mactuner_tui.screens.training.run_log import Checkpoints, RunLog
from mactuner_tui.screens.training.settings import train_spec
from mactuner_tui.widgets.loss_chart import LossChart
from mactuner_tui.widgets.notice import Notice
from mactuner_tui.widgets.texts import STATUS_VARIABLES, capitalised, hint, status_content, time_left

GAP = "   "


class Monitor(Vertical):
    """Draws the run it is given."""

    notice = getters.query_one("#run-notice", Notice)

    def compose(self) -> ComposeResult:
        with Horizontal(id="run-head"):
            yield Static(id="run-title")
            yield Static(id="run-status")
        yield Static(id="run-figures")
        yield ProgressBar(id="run-progress", show_eta=False, show_percentage=False)
        yield Static(id="run-banner")
        yield Notice(id="run-notice")
        with Horizontal(id="run-live"):
            yield LossChart()
            with Vertical(id="now", classes="card"):
                yield Static("now", classes="heading")
                yield NowPanel()
        with Horizontal(id="run-foot"):
            with Vertical(id="checkpoints", classes="card"):
                yield Static("checkpoints", classes="heading")
                yield Checkpoints()
            with Vertical(id="log", classes="card"):
                yield Static("log", classes="heading")
                yield RunLog()

    def show(self, view: JobView) -> None:
        """Draw this run as it is now."""
        history = view.history
        has_curves = bool(history.steps or history.evaluations)
        self.set_class(has_curves, "-curves")
        self.query_one("#run-title", Static).update(_title(view))
        self.query_one("#run-status", Static).update(status_content(view.status, word=True))
        self.query_one("#run-figures", Static).update(_figures(view))
        self.query_one(ProgressBar).update(total=1, progress=history.progress)
        banner = _banner(view) if has_curves else None
        self.query_one("#run-banner", Static).update(banner or "")
        self.query_one("#run-banner").display = banner is not None
        if has_curves:
            self.query_one(LossChart).show(history)
            self.query_one(NowPanel).show(view)
        else:
            self._show_notice(view)
        self.query_one(Checkpoints).show(view)
        self.query_one(RunLog).show(view)

    def _show_notice(self, view: JobView) -> None:
        history = view.history
        match view.status:
            case Status.QUEUED:
                self.notice.show(
                    "Waiting for the GPU" if view.needs_gpu else "Waiting to start",
                    "One run at a time: this one starts by itself when the running one ends." if view.needs_gpu else "",
                    [("x", "take it out of the queue")],
                )
            case Status.RUNNING | Status.PAUSED:
                stage = history.stage or "starting"
                done = f"{significant(history.done)} of {significant(history.total)} {history.unit}".strip()
                paused = view.status is Status.PAUSED
                self.notice.show(
                    f"{capitalised(stage)} …",
                    done if history.total else "",
                    [("p", "continue")] if paused else [],
                    mood="busy",
                    progress=(history.done, history.total),
                )
            case Status.FAILED | Status.INTERRUPTED:
                title, text = _reason(view)
                change = [("e", "change its settings")] if train_spec(view) else []
                self.notice.show(title, text, [("r", "try again"), *change], mood="bad")
            case Status.FINISHED:
                made = [f"It made the {artefact.kind} {artefact.name}." for artefact in history.artefacts]
                self.notice.show("✓ Finished", " ".join(made))
            case _:
                self.notice.show("It ended before its first step", "", [("r", "resume")])


def _title(view: JobView) -> Content:
    spec = train_spec(view)
    if spec is None:
        return Content.styled(view.title, "bold")
    what = f"{spec.method_name} · {spec.model} · {spec.data}"
    return Content.assemble((view.title, "bold"), GAP, (what, "$quiet"))


def _figures(view: JobView) -> Content:
    history = view.history
    training = history.training
    if training is None:
        return Content()
    parts = [
        f"step {history.step:,} / {training.total_steps:,}",
        f"epoch {significant(history.epoch)} / {significant(training.epochs)}",
    ]
    if history.step_seconds:
        parts += [
            f"{significant(history.tokens_per_second)} tok/s",
            f"{significant(history.seconds_per_step)} s/step",
        ]
    if view.status.is_live and (left := time_left(history)):
        parts.append(f"{left} left")
    elif not view.status.is_live:
        parts.append(f"took {duration_text(sum(history.step_seconds))}")
    return Content(GAP.join(parts))


def _banner(view: JobView) -> Content | None:
    """How the run ended, and what can be done now."""
    match view.status:
        case Status.FINISHED:
            return Content.assemble(_gain(view.history), GAP, hint("c", "chat with it"))
        case Status.FAILED | Status.INTERRUPTED:
            title, text = _reason(view)
            style = f"bold ${STATUS_VARIABLES[view.status]}"
            return Content.assemble((f"{view.status.symbol} {title}", style), f" {text}", GAP, hint("r", "resume"))
        case Status.STOPPED:
            return Content.assemble("Stopped; its checkpoint is kept.", GAP, hint("r", "resume"))
        case Status.PAUSED:
            return Content.assemble("Paused; its memory stays taken.", GAP, hint("p", "continue"))
    return None


def _gain(history: History) -> Content:
    base, tuned = history.base_loss, history.valid_loss
    if base is None or tuned is None:
        return Content.styled("✓ Finished.", "bold $state-good")
    change = (tuned - base) / base * 100
    return Content.assemble(
        ("✓ Validation loss ", "bold $state-good"), (f"{base:.2f} → {tuned:.2f}", "bold"), f"  ({change:+.0f} %)"
    )


def _reason(view: JobView) -> tuple[str, str]:
    """Why a run ended too soon: in its own words, or from what its process last printed."""
    failure = view.history.failure
    if failure is None:
        return "The process ended without a word.", view.last_words or "Its log is empty."
    return failure.message, failure.hint or ("The log has the details." if failure.traceback else "")
