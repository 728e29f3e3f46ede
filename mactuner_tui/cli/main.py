"""The command line's front door. Without arguments it opens the TUI at once, before anything else is imported."""

import sys


def main() -> None:
    """The `mactuner` command."""
    if len(sys.argv) == 1:
        from mactuner_tui.cli.tui import open_tui

        sys.exit(open_tui())
    from mactuner_tui.cli.commands import run

    sys.exit(run())
