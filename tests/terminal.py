"""A program in a terminal of its own, driven and watched from outside, as a person would."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence


class Terminal:
    """Starts a program on a pseudo-terminal of the given size."""

    def __init__(self, command: Sequence[str], columns: int = 140, rows: int = 45) -> None:
        self.began = time.monotonic()
        self._is_running = True
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            # `os.environ` as Python sees it, and less these: C code, or pytest's workers, may have put a window size of
            # their own into the environment.
            inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
            os.execve(command[0], list(command), {**inherited, "TERM": "xterm-256color"})
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._descriptor, text.encode())

    def wait_for(self, text: str, seconds: float = 30.0) -> float:
        """Seconds until the program writes `text`. Raises `TimeoutError`."""
        began, seen = time.monotonic(), b""
        while time.monotonic() - began < seconds:
            seen = seen[-1000:] + self._read(0.5)
            if text.encode() in seen:
                return time.monotonic() - began
        raise TimeoutError(f"{text!r} was not shown in {seconds} s")

    def watch(self, seconds: float) -> None:
        """Read and forget what is written for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def kill(self) -> None:
        """End the program at once, as SIGKILL does; more than once does no harm."""
        if self._is_running:
            self._is_running = False
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def close(self) -> None:
        """Kill the program and give its terminal back."""
        self.kill()
        os.close(self._descriptor)

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        return os.read(self._descriptor, 1 << 16) if ready else b""
