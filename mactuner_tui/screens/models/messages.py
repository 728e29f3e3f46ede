"""What the tabs of the models screen ask their screen for."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from mactuner_tui.core.specs.models import DownloadSpec


@dataclass
class DownloadAsked(Message):
    """A model shall be downloaded, and the library show how far that is."""

    spec: DownloadSpec
