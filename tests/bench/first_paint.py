"""Seconds from the command to the first frame on the terminal: MacTuner against an empty Textual app, in turns."""

import os
import statistics
import sys
import tempfile
import time

from tests.terminal import Terminal

ROUNDS = 15
FRAME = "\x1b[1;1H"
"""What Textual begins a whole frame with: the cursor goes home."""
EMPTY = [sys.executable, "-c", "from textual.app import App; App().run()"]
MACTUNER = [sys.executable, "-c", "from mactuner_tui.cli.main import main; main()"]


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MACTUNER_HOME"] = home
        empty, ours, screen = [], [], []
        for number in range(ROUNDS + 1):
            pair = (_first_frame(EMPTY), _first_frame(MACTUNER), _first_screen())
            if number > 0:  # The first round warms the disk's cache.
                empty.append(pair[0])
                ours.append(pair[1])
                screen.append(pair[2])
    ratios = [mine / other for mine, other in zip(ours, empty, strict=True)]
    print(f"empty app {statistics.median(empty):.2f} s, MacTuner {statistics.median(ours):.2f} s (medians)")
    print(f"MacTuner / empty app: median {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"Training screen ready for keys: {statistics.median(screen):.2f} s (median)")


def _first_frame(command: list[str]) -> float:
    terminal = Terminal(command)
    try:
        terminal.wait_for(FRAME)
        seconds = _since(terminal)
        terminal.watch(0.2)
        return seconds
    finally:
        terminal.close()


def _first_screen() -> float:
    terminal = Terminal(MACTUNER)
    try:
        terminal.wait_for("Base model")
        return _since(terminal)
    finally:
        terminal.close()


def _since(terminal: Terminal) -> float:
    return time.monotonic() - terminal.began
