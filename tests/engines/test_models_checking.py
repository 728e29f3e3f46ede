"""Looking a model over in a real session: every line is told, nothing is taken in, and the session goes on."""

import os
from pathlib import Path

from mactuner_tui.core import events
from mactuner_tui.core.specs.model_requests import CheckRequest
from mactuner_tui.runtime.sessions import Session, open_session
from tests.engines import damaged_models


async def test_a_session_tells_every_line_of_whole_and_damaged_models(tmp_path: Path, home: Path) -> None:
    damaged_models.make_whole(tmp_path)
    os.truncate(tmp_path / "sharded" / damaged_models.SHARDS[0], 100)
    async with await open_session("models") as session:
        whole = await _lines(session, tmp_path / "whole")
        damaged = await _lines(session, tmp_path / "sharded")
        nowhere = await _lines(session, tmp_path / "nowhere")
        gguf = await _lines(session, tmp_path / "gguf" / damaged_models.GGUF)
    assert all(line.passed for line in (*whole, *gguf))
    assert [line.name for line in damaged] == [line.name for line in whole]
    failed = {line.name: line.detail for line in damaged if not line.passed}
    assert failed["weight headers"].startswith(f"{damaged_models.SHARDS[0]} is damaged or cut off")
    assert set(failed) == {"weight headers", "weight index", "dtype", "tensor shapes", "vocabulary"}
    assert [line.passed for line in nowhere] == [False]
    assert not (home / "models").exists()


async def _lines(session: Session, source: Path) -> list[events.CheckMade]:
    told = [event async for event in session.request(CheckRequest(source=str(source)))]
    return [event for event in told if isinstance(event, events.CheckMade)]
