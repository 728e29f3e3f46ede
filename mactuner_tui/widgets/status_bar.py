"""The machine in one line: processor, memory, swap, the running job's memory, disk."""

from __future__ import annotations

from textual import getters
from textual.content import Content
from textual.widget import Widget

from mactuner_tui.core.machine import Snapshot
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.widgets.host import WIDE, Host
from mactuner_tui.widgets.texts import PRESSURE_STYLES, bar, gigabytes, sparkline


class StatusBar(Widget):
    """Draws the newest reading; what does not fit is left out from the right."""

    app = getters.app(Host)

    def render(self) -> Content:
        reading = self.app.snapshot
        if reading is None:
            return Content.styled("reading the machine …", "$quiet")
        wide = self.size.width >= WIDE
        parts = [self._cpu(reading, wide), _memory(reading, wide), self._job(), _swap(reading), _disk(reading)]
        if wide and reading.gpu_percent is not None:
            parts.insert(2, _pair("GPU", f"{reading.gpu_percent:.0f} %"))
        return _fitting([part for part in parts if part.cell_length], self.size.width, 3 if wide else 2)

    def _cpu(self, reading: Snapshot, wide: bool) -> Content:
        spark = (sparkline(self.app.cpu_history, 100, 12), "$state-live") if wide else ""
        return Content.assemble(("CPU ", "$quiet"), spark, f"{reading.cpu_percent:4.0f} %")

    def _job(self) -> Content:
        """Memory of the running job: the accelerator's where it has one, else its process's."""
        view = self.app.live_job
        if view is None or not view.history.process_memory:
            return Content()
        history = view.history
        if not history.device_memory or history.training is None:
            return _pair("JOB", bytes_text(history.process_memory))
        limit = history.training.device_memory_limit
        of = f" / {bytes_text(limit)}" if limit else ""
        return _pair(history.training.device.upper(), bytes_text(history.device_memory) + of)


def _pair(name: str, value: str) -> Content:
    return Content.assemble((f"{name} ", "$quiet"), value)


def _memory(reading: Snapshot, wide: bool) -> Content:
    style = PRESSURE_STYLES[reading.pressure]
    share = reading.memory_used / reading.memory_total
    return Content.assemble(
        ("MEM ", "$quiet"),
        bar(share, 10, style) if wide else "",
        f"{' ' if wide else ''}{gigabytes(reading.memory_used, reading.memory_total)} ",
        (reading.pressure, style),
    )


def _swap(reading: Snapshot) -> Content:
    return _pair("SWAP", bytes_text(reading.swap_used) if reading.swap_used else "0")


def _disk(reading: Snapshot) -> Content:
    return _pair("DISK", f"{bytes_text(reading.disk_free)} free")


def _fitting(parts: list[Content], width: int, gap: int) -> Content:
    while len(parts) > 1 and sum(part.cell_length + gap for part in parts) - gap > width:
        parts.pop()
    return Content(" " * gap).join(parts)
