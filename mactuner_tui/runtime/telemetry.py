"""Readings of the machine: by psutil everywhere, and by the tools that a Mac has without sudo."""

import os
import platform
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import psutil

from mactuner_tui.core import paths
from mactuner_tui.core.machine import Machine, Pressure, Snapshot

COMMAND_SECONDS = 3.0
"""A tool that takes longer is given up for this reading."""
HIGH_MEMORY, CRITICAL_MEMORY = 85.0, 95.0
"""Percent of memory in use that counts as pressure where the system does not name it itself."""
MAC_PRESSURE: dict[str, Pressure] = {"1": "ok", "2": "high", "4": "critical"}
"""The levels of kern.memorystatus_vm_pressure_level."""


def read() -> Snapshot:
    """One reading. Takes up to some tens of milliseconds: call it off the event loop."""
    memory = psutil.virtual_memory()
    accelerator = _gpu() if sys.platform == "darwin" else {}
    return Snapshot(
        cpu_percent=psutil.cpu_percent(),
        memory_used=memory.total - memory.available,
        memory_total=memory.total,
        swap_used=psutil.swap_memory().used,
        pressure=_pressure(memory.percent),
        disk_free=shutil.disk_usage(_existing(paths.home())).free,
        gpu_percent=accelerator.get("Device Utilization %"),
        gpu_memory=accelerator.get("In use system memory"),
    )


def machine() -> Machine:
    """The chip and the memory."""
    chip = (
        _output(["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]) if sys.platform == "darwin" else _linux_chip()
    )
    return Machine(chip.strip() or platform.machine(), psutil.virtual_memory().total)


def parse_ioreg(plist: bytes) -> dict[str, Any]:
    """The performance statistics of the first GPU in the output of `ioreg -a -r -d 1 -w 0 -c IOAccelerator`."""
    try:
        devices = plistlib.loads(plist)
    except (plistlib.InvalidFileException, ExpatError):
        return {}
    return next((dict(device["PerformanceStatistics"]) for device in devices if "PerformanceStatistics" in device), {})


def _gpu() -> dict[str, Any]:
    return parse_ioreg(_output(["/usr/sbin/ioreg", "-a", "-r", "-d", "1", "-w", "0", "-c", "IOAccelerator"]).encode())


def _pressure(percent_used: float) -> Pressure:
    if sys.platform == "darwin":
        level = _output(["/usr/sbin/sysctl", "-n", "kern.memorystatus_vm_pressure_level"]).strip()
        if level in MAC_PRESSURE:
            return MAC_PRESSURE[level]
    if percent_used >= CRITICAL_MEMORY:
        return "critical"
    return "high" if percent_used >= HIGH_MEMORY else "ok"


def _output(command: list[str]) -> str:
    """What a tool prints, or nothing when it is missing, fails or hangs: a gauge then stays empty."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _linux_chip() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    name = next((line.partition(":")[2] for line in lines if line.startswith("model name")), platform.processor())
    return f"{name.strip()} · {os.cpu_count()} cores"


def _existing(folder: Path) -> Path:
    """The nearest folder upwards that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())
