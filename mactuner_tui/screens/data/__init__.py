"""The data screen: what is in it, what is wrong with it, what will the model see?"""

from mactuner_tui.screens.data.screen import DataScreen

__all__ = ["DataScreen"]
