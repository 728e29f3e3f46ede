"""`mactuner doctor`."""

import asyncio

import typer

from mactuner_tui.cli import output
from mactuner_tui.core import events
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.numbers import bytes_text
from mactuner_tui.core.specs.doctor import ExamineRequest
from mactuner_tui.runtime import telemetry
from mactuner_tui.runtime.sessions import open_session


def doctor(json: output.Json = False) -> None:
    """Say what works on this machine: chip, memory, versions, and whether its arithmetic can be trusted."""
    checks = [_machine(telemetry.machine())]
    if not json:
        output.show_check(checks[0])
    asyncio.run(_examine(checks, json))
    if json:
        output.show_json([check.model_dump(include={"name", "passed", "detail"}) for check in checks])
    if not all(check.passed for check in checks):
        raise typer.Exit(1)


def _machine(machine: Machine) -> events.CheckMade:
    detail = f"{machine.chip}, {bytes_text(machine.memory_total)} memory"
    return events.CheckMade(name="machine", passed=True, detail=detail)


async def _examine(checks: list[events.CheckMade], json: bool) -> None:
    async with await open_session("doctor") as session:
        async for event in session.request(ExamineRequest()):
            if isinstance(event, events.CheckMade):
                checks.append(event)
                if not json:
                    output.show_check(event)
