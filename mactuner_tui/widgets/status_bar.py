"""The machine in one line: processor, memory, GPU, the running job with its progress and its memory, swap, disk."""

from __future__ import annotations

from textual import getters
from textual.content import Content
from textual.widget import Widget

from mactuner_tui.core.machine import Snapshot
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.widgets.host import WIDE, Host
from mactuner_tui.widgets.texts import PRESSURE_STYLES, bar, gigabytes, percent, shortened, sparkline, status_content

NAME_WIDTH = 16


class StatusBar(Widget):
    """Draws the newest reading; what does not fit is left out from the right."""

    app = getters.app(Host)

    def render(self) -> Content:
        reading = self.app.snapshot
        if reading is None:
            return Content.styled("reading the machine …", "$quiet")
        wide = self.size.width >= WIDE
        machine = [self._cpu(reading, wide), _memory(reading, wide), _gpu(reading) if wide else Content()]
        parts = [*machine, self._job(wide), self._job_memory(), _swap(reading), _disk(reading)]
        return _fitting([part for part in parts if part.cell_length], self.size.width, 3 if wide else 2)

    def _cpu(self, reading: Snapshot, wide: bool) -> Content:
        spark = (sparkline(self.app.cpu_history, 100, 12), "$state-live") if wide else ""
        return Content.assemble(("CPU ", "$quiet"), spark, f"{reading.cpu_percent:4.0f} %")

    def _job(self, wide: bool) -> Content:
        """The running job and how much of it is done."""
        view = self.app.live_job
        if view is None:
            return Content()
        name = f" {shortened(view.title, NAME_WIDTH)}" if wide else ""
        return Content.assemble(status_content(view.status), name, f" {percent(view.history.progress)}")

    def _job_memory(self) -> Content:
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


def _gpu(reading: Snapshot) -> Content:
    """Load and memory of the GPU, where the machine tells."""
    load = [] if reading.gpu_percent is None else [f"{reading.gpu_percent:.0f} %"]
    held = [] if reading.gpu_memory is None else [bytes_text(reading.gpu_memory)]
    return _pair("GPU", " ".join(load + held)) if load or held else Content()


def _swap(reading: Snapshot) -> Content:
    return _pair("SWAP", bytes_text(reading.swap_used) if reading.swap_used else "0")


def _disk(reading: Snapshot) -> Content:
    return _pair("DISK", f"{bytes_text(reading.disk_free)} free")


def _fitting(parts: list[Content], width: int, gap: int) -> Content:
    while len(parts) > 1 and sum(part.cell_length + gap for part in parts) - gap > width:
        parts.pop()
    return Content(" " * gap).join(parts)
