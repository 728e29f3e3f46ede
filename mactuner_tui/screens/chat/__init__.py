"""The chat screen: what does the model answer now, and what did it answer before it was tuned?"""

from mactuner_tui.screens.chat.screen import ChatScreen

__all__ = ["ChatScreen"]
