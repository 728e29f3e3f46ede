"""What the doctor can be asked."""

from typing import ClassVar

from mactuner_tui.core.specs.base import RequestSpec


class ExamineRequest(RequestSpec):
    """Check versions and device, and compare the device's arithmetic with the CPU's."""

    action: ClassVar[str] = "examine"
