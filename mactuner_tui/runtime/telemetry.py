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
MIB = 1024**2
SMALL_MEMORY = 36 * 1024**3
"""Up to this size of memory a Mac lets the GPU hold two thirds of it, above it three quarters."""
CPU_BF16 = ("avx512_bf16", "amx_bf16")
"""Of a CPU that multiplies bfloat16 itself, one of these flags: as `engines.device` asks torch."""
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
    """What does not change while the machine runs. May take some milliseconds, as `read` does."""
    total = psutil.virtual_memory().total
    if sys.platform != "darwin":
        return Machine(
            _linux_chip() or platform.machine(), total, bf16=any(flag in _linux_flags() for flag in CPU_BF16)
        )
    limit = gpu_limit(_sysctl("iogpu.wired_limit_mb"), total) if platform.machine() == "arm64" else None
    return Machine(_sysctl("machdep.cpu.brand_string") or platform.machine(), total, limit)


def gpu_limit(wired_limit_mb: str, memory_total: int) -> int:
    """Bytes of its memory that a Mac lets the GPU hold, from what `sysctl -n iogpu.wired_limit_mb` prints.

    The user may have set it (in MiB, lost when the Mac restarts); at 0 it is about two thirds of a memory of up to
    36 GiB, and about three quarters of a larger one (FOUNDATIONS, 3.5).
    """
    if wired_limit_mb.isdecimal() and int(wired_limit_mb) > 0:
        return min(int(wired_limit_mb) * MIB, memory_total)
    return memory_total * 2 // 3 if memory_total <= SMALL_MEMORY else memory_total * 3 // 4


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
        level = _sysctl("kern.memorystatus_vm_pressure_level")
        if level in MAC_PRESSURE:
            return MAC_PRESSURE[level]
    if percent_used >= CRITICAL_MEMORY:
        return "critical"
    return "high" if percent_used >= HIGH_MEMORY else "ok"


def _sysctl(name: str) -> str:
    return _output(["/usr/sbin/sysctl", "-n", name]).strip()


def _output(command: list[str]) -> str:
    """What a tool prints, or nothing when it is missing, fails or hangs: a gauge then stays empty."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _linux_chip() -> str:
    name = _cpuinfo("model name") or platform.processor()
    return f"{name} · {os.cpu_count()} cores"


def _linux_flags() -> list[str]:
    return _cpuinfo("flags").split()


def _cpuinfo(field: str) -> str:
    """What /proc/cpuinfo says of the first core; nothing where there is no such file or field."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")


def _existing(folder: Path) -> Path:
    """The nearest folder upwards that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())
