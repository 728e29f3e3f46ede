"""The training screen: is it learning, will it finish, is the machine all right?"""

from mactuner_tui.screens.training.screen import TrainingScreen

__all__ = ["TrainingScreen"]
