"""The profile of a dataset as one web page that needs nothing else: charts to hover over and a table of figures."""

import html
import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mactuner_tui.core import files
from mactuner_tui.core.errors import MacTunerError, os_errors_in_words
from mactuner_tui.core.numbers import bytes_text, count_text
from mactuner_tui.core.profile import Lengths, Profile

STYLE = """
:root { color-scheme: dark; }
body { margin: 0 auto; max-width: 1280px; padding: 32px 24px; background: #0F172A; color: #F1F5F9;
       font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { margin: 0; font-size: 26px; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 16px; }
p { margin: 0; color: #94A3B8; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); gap: 16px;
        margin-top: 24px; align-items: start; }
.panel { background: #1E293B; border-radius: 10px; padding: 16px 20px; min-width: 0; overflow-x: auto; }
.wide { grid-column: 1 / -1; }
.middle { display: flex; justify-content: center; }
table { border-collapse: collapse; width: 100%; margin-top: 8px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid #334155; }
th { color: #94A3B8; font-weight: 500; }
th:first-child, td:first-child { text-align: left; }
.warning { color: #F59E0B; }
"""
ONLY_ITSELF = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
"""The browser is told to load nothing from anywhere (Content-Security-Policy)."""


def check(path: Path) -> None:
    """Raise `MacTunerError` without Plotly, or when nothing can be written there: before the figures are made."""
    if importlib.util.find_spec("plotly") is None:
        raise MacTunerError(
            "The page is drawn by Plotly, which is not installed.", "Install it with: pip install 'mactuner[html]'"
        )
    if path.is_dir():
        raise MacTunerError(f"{path} is a folder.", "Name a file in it, such as report.html.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise MacTunerError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error


def write(profile: Profile, path: Path, title: str) -> None:
    """Write the page over what is there. Raises what `check` does."""
    check(path)
    page = _page(profile, title)
    with os_errors_in_words(path.parent):
        # Half of a surrogate pair, which names of columns may hold, cannot be written.
        files.replace_text(path, page.encode("utf-8", "replace").decode())


def _page(profile: Profile, title: str) -> str:
    # Imported here: Plotly is an extra.
    from plotly.offline import get_plotlyjs

    name = html.escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{ONLY_ITSELF}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{STYLE}</style>\n<script>{get_plotlyjs()}</script>\n</head>\n"
        f"<body>\n<h1>{name}</h1>\n<p>{_summary(profile)}</p>\n"
        f'<div class="grid">\n{"".join(_panels(profile))}</div>\n</body>\n</html>\n'
    )


def _summary(profile: Profile) -> str:
    rows = count_text(profile.seen, "row")
    if not profile.exact:
        rows = f'<span class="warning">estimated from {rows}</span>'
    return (
        f"{rows} · {bytes_text(profile.source_bytes)} of files · {bytes_text(profile.memory_bytes)} of text · "
        f"{count_text(profile.duplicates, 'duplicate')}"
    )


def _panels(profile: Profile) -> Iterator[str]:
    # Imported here: it needs Plotly.
    from mactuner_tui.engines.data import report_charts as charts

    yield _panel("Figures", _table(profile), wide=True)
    yield _panel("Text length", _drawn(charts.histogram(profile.characters, "characters")), _ranges(profile.characters))
    if profile.tokens is not None:
        figure = charts.histogram(profile.tokens, "tokens", profile.max_length)
        yield _panel("Token length", _drawn(figure), _beyond(profile))
    if profile.top_words:
        yield _panel("Top words", _drawn(charts.words(profile.top_words)), "without function words")
    if profile.columns:
        figure = charts.missing(profile.columns, profile.rows or profile.seen)
        yield _panel("Missing values by column", _drawn(figure), "rows in which a column is absent or empty")
    if profile.languages:
        yield _panel("Languages", _drawn(charts.shares(profile.languages)), f"of {profile.language_rows:,} rows")
    if profile.scripts:
        yield _panel("Scripts", _drawn(charts.shares(profile.scripts)), "of all letters")
    if profile.top_words:
        yield _panel("Word cloud", f'<div class="middle">{_drawn(charts.cloud(profile.top_words))}</div>', wide=True)


def _panel(heading: str, content: str, note: str = "", wide: bool = False) -> str:
    return (
        f'<section class="panel{" wide" if wide else ""}">\n<h2>{heading}</h2>\n'
        f"<p>{html.escape(note)}</p>\n{content}\n</section>\n"
    )


def _drawn(figure: object) -> str:
    from plotly.io import to_html

    config = {"displayModeBar": False, "responsive": True}
    return str(to_html(figure, config=config, include_plotlyjs=False, full_html=False))


def _ranges(lengths: Lengths) -> str:
    return f"median {lengths.median:,}, 95 of 100 rows up to {lengths.p95:,}, the longest {lengths.maximum:,}"


def _beyond(profile: Profile) -> str:
    share = profile.beyond / profile.seen if profile.seen else 0
    return f"{count_text(profile.beyond, 'row')} ({share:.1%}) longer than {profile.max_length:,} tokens"


def _table(profile: Profile) -> str:
    lengths = {"characters": profile.characters, "words": profile.words}
    if profile.tokens is not None:
        lengths[f"tokens ({profile.model})"] = profile.tokens
    heads = ("length in", "mean", "shortest", "median", "90%", "95%", "99%", "longest")
    lines = ["".join(f"<th>{head}</th>" for head in heads)]
    for unit, of in lengths.items():
        figures = (of.minimum, of.median, of.p90, of.p95, of.p99, of.maximum)
        cells = (html.escape(unit), f"{of.mean:,.1f}", *(f"{figure:,}" for figure in figures))
        lines.append("".join(f"<td>{cell}</td>" for cell in cells))
    return "<table>\n" + "".join(f"<tr>{line}</tr>\n" for line in lines) + "</table>"
