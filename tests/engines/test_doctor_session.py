"""The doctor's self-tests pass on this machine and would notice a device that computes wrongly."""

import pytest
import torch

from mactuner_tui.core import events
from mactuner_tui.core.specs.doctor import ExamineRequest
from mactuner_tui.engines.doctor import self_tests
from mactuner_tui.engines.doctor.session import TOLERANCE
from mactuner_tui.runtime.sessions import open_session


async def test_it_names_versions_device_and_every_self_test() -> None:
    async with await open_session("doctor") as session:
        request = session.request(ExamineRequest())
        checks = {event.name: event async for event in request if isinstance(event, events.CheckMade)}
    assert {"python", "torch", "transformers", "peft", "device", *self_tests.TESTS} <= set(checks)
    assert all(check.passed for check in checks.values())
    assert checks["torch"].detail == torch.__version__


@pytest.mark.parametrize("name", ["vocabulary gradient", "optimizer step"])
def test_a_wrong_product_would_be_noticed(name: str) -> None:
    class Wrong(torch.overrides.TorchFunctionMode):
        """A device whose float32 sums leave out a part."""

        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            result = func(*args, **(kwargs or {}))
            wrong = func in (torch.Tensor.matmul, torch.Tensor.__matmul__, torch.Tensor.sub, torch.Tensor.__sub__)
            return result * 0.9 if wrong and result.dtype is torch.float32 else result

    with Wrong():
        assert self_tests.TESTS[name]("cpu") > TOLERANCE
