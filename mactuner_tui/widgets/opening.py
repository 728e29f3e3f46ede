"""The first frame: the shell of the screen that is coming, painted while its libraries are still being loaded."""

from mactuner_tui.widgets.shell import Shell


class Opening(Shell):
    """An empty screen with the look of the one to come."""

    HAS_SIDE = False

    def __init__(self, mode: str) -> None:
        super().__init__(mode)
