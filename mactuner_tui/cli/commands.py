"""All commands put together, and how their errors end."""

from typing import Annotated

import typer

from mactuner_tui import __version__
from mactuner_tui.cli import chat, data, demo, doctor, jobs, models, output, train
from mactuner_tui.cli.tui import open_tui
from mactuner_tui.core import paths
from mactuner_tui.core.errors import MacTunerError, SpecError, from_os_error

SCREENS = ("models", "data", "training", "chat")

app = typer.Typer(
    name="mactuner",
    help="Fine-tune, test and ship language models on an Apple Silicon Mac, in the terminal.",
    epilog="Without a command the TUI opens. MACTUNER_HOME says where MacTuner keeps its things.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(models.app, name="models")
app.add_typer(data.app, name="data")
app.add_typer(jobs.app, name="jobs")
app.command()(train.train)
app.command()(chat.chat)
app.command()(demo.demo)
app.command()(doctor.doctor)


@app.callback(invoke_without_command=True)
def tui(
    context: typer.Context,
    screen: Annotated[str | None, typer.Option(help=f"The screen to open: {', '.join(SCREENS)}.")] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Fine-tune, test and ship language models on an Apple Silicon Mac, in the terminal."""
    if version:
        typer.echo(f"mactuner {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        if screen is not None and screen not in SCREENS:
            raise typer.BadParameter(f"{screen!r} is not a screen: {', '.join(SCREENS)}.", param_hint="--screen")
        raise typer.Exit(open_tui(screen))


def run() -> int:
    """Run the command in `sys.argv`. Returns its exit status: 0 done, 1 failed, 2 bad arguments; 130 after Ctrl-C."""
    try:
        app()
    except SpecError as wrong:
        output.show_error(wrong)
        return 2
    except MacTunerError as failed:
        output.show_error(failed)
        return 1
    except OSError as failed:
        known = from_os_error(failed, paths.home())
        if known is None:
            raise
        output.show_error(known)
        return 1
    return 0
