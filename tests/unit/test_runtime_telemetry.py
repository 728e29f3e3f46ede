"""Readings of the machine."""

import plistlib
import sys
from typing import Any

import psutil
import pytest

from mactuner_tui.runtime import telemetry

STATISTICS: dict[str, Any] = {
    "Alloc system memory": 5_268_733_952,
    "Allocated PB Size": 92_798_976,
    "Device Utilization %": 37,
    "In use system memory": 1_234_567_168,
    "In use system memory (driver)": 0,
    "Renderer Utilization %": 35,
    "Tiler Utilization %": 12,
    "recoveryCount": 0,
}
ACCELERATOR: dict[str, Any] = {
    "IOClass": "AGXAcceleratorG13X",
    "IOObjectClass": "AGXAcceleratorG13X",
    "MetalPluginName": "AGXMetalG13X",
    "PerformanceStatistics": STATISTICS,
    "gpu-core-count": 32,
    "model": "Apple M1 Max",
    "vendor-id": b"k\x10\x00\x00",
}


def test_the_gpu_is_read_from_what_ioreg_prints() -> None:
    read = telemetry.parse_ioreg(plistlib.dumps([ACCELERATOR]))
    assert (read["Device Utilization %"], read["In use system memory"]) == (37, 1_234_567_168)


def test_a_device_without_statistics_is_passed_over() -> None:
    assert telemetry.parse_ioreg(plistlib.dumps([{"IOClass": "Other"}, ACCELERATOR])) == STATISTICS
    assert telemetry.parse_ioreg(plistlib.dumps([{"IOClass": "Other"}])) == {}


@pytest.mark.parametrize("cut", [0, 20, 200, -10])
def test_what_ioreg_did_not_finish_to_say_is_no_reading(cut: int) -> None:
    assert telemetry.parse_ioreg(plistlib.dumps([ACCELERATOR])[:cut]) == {}


def test_a_reading_is_plausible() -> None:
    read = telemetry.read()
    assert read.memory_total == psutil.virtual_memory().total
    assert 0 < read.memory_used < read.memory_total
    assert 0 <= read.cpu_percent <= 100
    assert read.swap_used >= 0
    assert read.disk_free > 0
    assert read.pressure in ("ok", "high", "critical")


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac tells of its GPU")
def test_what_the_machine_does_not_tell_is_none() -> None:
    read = telemetry.read()
    assert (read.gpu_percent, read.gpu_memory) == (None, None)


def test_the_machine_has_a_name_and_memory() -> None:
    machine = telemetry.machine()
    assert machine.chip
    assert machine.memory_total == psutil.virtual_memory().total


GIB = 1024**3
LIMITS = [
    ("0\n", 16, 16 * GIB * 2 // 3),
    ("0", 36, 24 * GIB),
    ("0", 48, 36 * GIB),
    ("", 128, 96 * GIB),
    ("sysctl: unknown oid", 64, 48 * GIB),
    ("57344\n", 64, 56 * GIB),
    ("999999", 64, 64 * GIB),
    ("-5", 64, 48 * GIB),
]


@pytest.mark.parametrize(("printed", "gib", "limit"), LIMITS)
def test_what_the_gpu_may_hold(printed: str, gib: int, limit: int) -> None:
    assert telemetry.gpu_limit(printed.strip(), gib * GIB) == limit


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has such a GPU")
def test_elsewhere_no_gpu_shares_the_memory() -> None:
    assert telemetry.machine().gpu_limit is None
