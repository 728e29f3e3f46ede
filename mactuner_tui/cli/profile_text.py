"""Figures and findings of a dataset as lines of a terminal."""

from collections.abc import Sequence

from rich.text import Text

from mactuner_tui.cli.output import console, notes, show_table
from mactuner_tui.core import events
from mactuner_tui.core.numbers import bytes_text, count_text
from mactuner_tui.core.profile import Finding, Lengths, Profile, Share

SIGNS = {"ok": ("✓", "green"), "note": ("·", "cyan"), "warning": ("!", "yellow"), "error": ("!", "bold red")}
BAR_CELLS = 40
WORDS = 15
SHARES = 6
BINS = 12


def show_source(opened: events.SourceOpened, scanned: events.SourceScanned) -> None:
    """What the source is."""
    kind = ", ".join(part for part in (opened.format, opened.encoding, opened.delimiter) if part)
    console.print(Text(opened.source, "bold"), soft_wrap=True)
    size = f"{bytes_text(opened.size_bytes)}, " if opened.size_bytes else ""
    console.print(f"{size}{kind}: {count_text(scanned.rows, 'row')}", soft_wrap=True)
    if opened.key:
        console.print(Text(f"rows at: {opened.key}"), soft_wrap=True)
    for note in opened.notes:
        show_note(note)
    mapping = opened.mapping
    console.print(f"format: {mapping.format if mapping else 'not recognised: say which column is what'}\n")
    rows = [(column.name, column.type, f"{column.missing:,}", column.example) for column in scanned.columns]
    show_table(("column", "type", "missing", "example"), rows, "No columns.")


def show_note(note: str) -> None:
    """A sentence that a person should know."""
    notes.print(Text(f"! {note}", "yellow"), soft_wrap=True)


def show_bad_rows(listed: events.BadRowsListed) -> None:
    """The first rows that cannot be read."""
    console.print(Text(f"\n{count_text(listed.total, 'row')} cannot be read:", "yellow"))
    for row in listed.rows:
        console.print(Text(f"  {row.where}: {row.reason}"), soft_wrap=True)


def show_profile(profile: Profile) -> None:
    """Lengths, duplicates, words, languages."""
    if profile.rows is not None and profile.seen < profile.rows:
        left_out = count_text(profile.rows - profile.seen, "row")
        console.print(Text(f"\n{left_out} dropped by the recipe or of no use: not among these figures", "yellow"))
    console.print(f"\n{bytes_text(profile.memory_bytes)} of text, {count_text(profile.duplicates, 'duplicate')}\n")
    rows = [_lengths("characters", profile.characters), _lengths("words", profile.words)]
    if profile.tokens:
        rows.append(_lengths(f"tokens ({profile.model})", profile.tokens))
    show_table(("length", "mean", "median", "p90", "p95", "p99", "longest"), rows, "")
    if profile.tokens:
        _show_histogram(profile.tokens, profile.max_length)
        share = profile.beyond / profile.seen if profile.seen else 0
        console.print(f"{count_text(profile.beyond, 'row')} ({share:.1%}) beyond {profile.max_length} tokens")
    words = ", ".join(f"{word.word} {word.count:,}" for word in profile.top_words[:WORDS])
    console.print(Text(f"\nwords      {words}"), soft_wrap=True)
    console.print(Text(f"languages  {_shares(profile.languages)}"), soft_wrap=True)
    console.print(Text(f"scripts    {_shares(profile.scripts)}"), soft_wrap=True)


def _lengths(name: str, lengths: Lengths) -> tuple[str, ...]:
    figures = (lengths.median, lengths.p90, lengths.p95, lengths.p99, lengths.maximum)
    return (name, f"{lengths.mean:,.1f}", *(f"{figure:,}" for figure in figures))


def _shares(shares: Sequence[Share]) -> str:
    return ", ".join(f"{share.name} {share.share:.1%}" for share in shares[:SHARES]) or "none"


def _show_histogram(lengths: Lengths, line: int) -> None:
    """A bar for every few bins; those beyond the maximum length are marked."""
    together = -(-len(lengths.counts) // BINS)
    sums = [
        (lengths.edges[start], sum(lengths.counts[start : start + together]))
        for start in range(0, len(lengths.counts), together)
    ]
    top = max((count for _, count in sums), default=0) or 1
    console.print()
    for edge, count in sums:
        beyond = edge >= line
        bar = "█" * max(round(count / top * BAR_CELLS), 1 if count else 0)
        console.print(Text.assemble(f"{edge:>8,.0f} ", (bar, "red" if beyond else "cyan"), f" {count:,}"))


def show_findings(findings: Sequence[Finding]) -> None:
    """What the data doctor found; what is as it should be, in one line each."""
    console.print()
    for finding in findings:
        sign, style = SIGNS[finding.severity]
        console.print(Text.assemble((sign, style), f" {finding.title}"), soft_wrap=True)
        if finding.count:
            shown = ", ".join(str(number + 1) for number in finding.examples)
            repairs = "; or ".join(repair.title for repair in finding.repairs)
            for line in (finding.detail, f"rows {shown}" if shown else "", f"repair: {repairs}" if repairs else ""):
                if line:
                    console.print(Text(f"    {line}", "dim"), soft_wrap=True)


def show_tokens(row: events.RowTokenised) -> None:
    """A row token by token: what is trained is underlined, what is masked is dim, what is cut is struck through."""
    figures = f"{row.total} tokens · {row.trained} trained · {row.masked} masked · {row.cut} cut"
    console.print(f"\nRow {row.row + 1}: {figures}" + (f" · dropped by: {row.dropped_by}" if row.dropped_by else ""))
    text = Text()
    for token in row.tokens:
        style = "strike red" if token.cut else "underline green" if token.trained else "dim"
        text.append(token.text, f"{style} reverse" if token.special else style)
    console.print(text, soft_wrap=True)
