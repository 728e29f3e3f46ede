"""What the data doctor found, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from mactuner_tui.core.profile import Finding, Severity
from mactuner_tui.widgets.panes import Lines
from mactuner_tui.widgets.texts import hint

MARKS: dict[Severity, tuple[str, str]] = {
    "error": ("!", "bold $state-bad"),
    "warning": ("!", "bold $state-warn"),
    "note": ("·", "$state-live"),
    "ok": ("✓", "$state-good"),
}
ORDER: tuple[Severity, ...] = ("error", "warning", "note", "ok")
SHOWN_EXAMPLES = 4
TITLE_WIDTH = 38


class Findings(Lines):
    """A line for each finding; the cursor stays on the finding it is on, until that is mended."""

    def __init__(self) -> None:
        super().__init__(compact=True, id="check-findings")
        self.listed: list[Finding] = []

    def show(self, findings: Sequence[Finding]) -> None:
        """Draw these findings."""
        before = self.finding
        self.listed = sorted(findings, key=lambda one: ORDER.index(one.severity))
        self.set_options(Option(_row(one)) for one in self.listed)
        codes = [one.code for one in self.listed]
        place = codes.index(before.code) if before and before.code in codes else 0
        is_mended = bool(before and codes and before.severity != "ok" and self.listed[place].severity == "ok")
        self.highlighted = (0 if is_mended else place) if codes else None

    @property
    def finding(self) -> Finding | None:
        """The highlighted one."""
        place = self.highlighted
        return self.listed[place] if place is not None and place < len(self.listed) else None


def _row(finding: Finding) -> Content:
    mark, style = MARKS[finding.severity]
    parts: list[Content | tuple[str, str]] = [(f"{mark} ", style), (finding.title.ljust(TITLE_WIDTH), "")]
    if finding.examples:
        rows = ", ".join(f"{row + 1:,}" for row in finding.examples[:SHOWN_EXAMPLES])
        more = " …" if finding.count > SHOWN_EXAMPLES else ""
        parts.append((f"  {'row' if len(finding.examples) == 1 else 'rows'} {rows}{more}", "$quiet"))
    return Content.assemble(*parts)


def explained(finding: Finding) -> Content:
    """What follows from a finding, and what `f` does about it."""
    repairs = " · ".join(repair.title for repair in finding.repairs)
    return Content.assemble((f"{finding.detail} ", "$quiet"), hint("f", repairs) if repairs else "")
