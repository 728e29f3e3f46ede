"""The models screen: which model, does it fit, is it whole?"""

from mactuner_tui.screens.models.screen import ModelsScreen

__all__ = ["ModelsScreen"]
