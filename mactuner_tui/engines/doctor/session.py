"""The doctor's session: says in words what works on this machine."""

import importlib.metadata
import platform
import sys
from collections.abc import Callable

from mactuner_tui.core import events
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.engines.session_host import RequestContext

PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "llama-cpp-python", "faiss-cpu")
TOLERANCE = 0.02
"""Relative error that rounding to bfloat16 explains; the known faults of MPS are off by far more."""


class Engine:
    """Serves `examine`."""

    def handle(self, _request: RequestSpec, context: RequestContext) -> None:
        """One `CheckMade` for each thing looked at."""
        context.emit(_check("python", True, f"{platform.python_version()} on {platform.platform()}"))
        for package in PACKAGES:
            context.emit(_version(package))
        # Imported here: versions are told at once, these imports take seconds.
        from mactuner_tui.engines import device as devices
        from mactuner_tui.engines.doctor import self_tests

        device = devices.pick()
        context.emit(_device(device.type, device.dtype_name, device.memory_limit()))
        for name, test in self_tests.TESTS.items():
            context.emit(_self_test(name, test, device.type))


def _check(name: str, passed: bool, detail: str) -> events.CheckMade:
    return events.CheckMade(name=name, passed=passed, detail=detail)


def _version(package: str) -> events.CheckMade:
    try:
        return _check(package, True, importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return _check(package, False, "not installed: run `make install`")


def _device(kind: str, dtype: str, limit: int) -> events.CheckMade:
    room = f", up to {bytes_text(limit)}" if limit else ""
    if sys.platform == "darwin" and kind != "mps":
        return _check("device", False, "the GPU (MPS) is not available to torch: training runs on the CPU, slowly")
    return _check("device", True, f"{kind}, {dtype}{room}")


def _self_test(name: str, test: Callable[[str], float], device: str) -> events.CheckMade:
    """A self-test returns its relative error; one that raises has failed."""
    try:
        error = test(device)
    except Exception as broken:  # Whatever a driver raises: the doctor reports it and goes on.
        return _check(name, False, f"{type(broken).__name__}: {broken}")
    passed = error <= TOLERANCE
    detail = f"relative error {error:.1e}"
    return _check(name, passed, detail if passed else f"{detail}: results on this device cannot be trusted")
