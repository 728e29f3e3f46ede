"""The charts of a report as Plotly figures. Foreign text is escaped: Plotly reads some HTML in its labels."""

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.profile import Column, Lengths, Share, WordCount
from mactuner_tui.engines.data.report_cloud import place

INK, QUIET, LINES = "#F1F5F9", "#94A3B8", "#334155"
BARS, BEYOND, MARK = "#60A5FA", "#F59E0B", "#EF4444"
CLOUD = ("#F1F5F9", "#60A5FA", "#A78BFA", "#34D399", "#94A3B8")
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Apple SD Gothic Neo', 'Hiragino Sans', sans-serif"
TICKS = 8
WORDS, CLOUD_WORDS = 25, 70
NAME_CHARACTERS = 40


def histogram(lengths: Lengths, unit: str, limit: int | None = None) -> go.Figure:
    """How many rows are how long; bars beyond `limit` stand out. All are drawn in one width: the last may reach far."""
    numbers = range(len(lengths.counts))
    mark = _place_of(limit, lengths) if limit is not None else len(numbers)
    figure = go.Figure(
        go.Bar(
            x=[number + 0.5 for number in numbers],
            y=lengths.counts,
            width=1,
            marker={
                "color": [BARS if number + 0.5 <= mark else BEYOND for number in numbers],
                "line": {"color": "#1E293B", "width": 1},
            },
            customdata=list(zip(map(int, lengths.edges), _ends(lengths), strict=False)),
            hovertemplate=f"%{{customdata[0]:,}} to %{{customdata[1]:,}} {unit}<br>%{{y:,}} rows<extra></extra>",
        )
    )
    if limit is not None and mark < len(numbers):
        figure.add_vline(x=mark, line={"color": MARK, "width": 2, "dash": "dash"})
        figure.add_annotation(
            x=mark, y=1, yref="paper", yanchor="bottom", text=f"cut at {limit:,}", showarrow=False, font={"color": MARK}
        )
    steps = sorted({round(len(numbers) * part / (TICKS - 1)) for part in range(TICKS)})
    figure.update_xaxes(tickvals=steps, ticktext=[f"{lengths.edges[step]:,.0f}" for step in steps], title=unit)
    figure.update_yaxes(title="rows")
    return _dressed(figure)


def _ends(lengths: Lengths) -> list[int]:
    """The greatest length in each bin."""
    return [*(int(edge) - 1 for edge in lengths.edges[1:-1]), lengths.maximum]


def _place_of(limit: int, lengths: Lengths) -> float:
    """Where among the bins a row is cut, behind them all if none is."""
    if limit >= lengths.maximum:
        return len(lengths.counts)
    edges = lengths.edges
    number = max((number for number in range(len(lengths.counts)) if edges[number] <= limit), default=0)
    return number + max(0.0, (limit - edges[number]) / (edges[number + 1] - edges[number]))


def missing(columns: Sequence[Column], rows: int) -> go.Figure:
    """In how many rows each column is empty."""
    return _bars(
        [column.name for column in columns],
        [column.missing for column in columns],
        [f"{column.missing:,} ({column.missing / rows:.1%})" if rows else "0" for column in columns],
        [f"{column.type}, missing in {count_text(column.missing, 'row')}" for column in columns],
    )


def words(counts: Sequence[WordCount]) -> go.Figure:
    """The most frequent words."""
    shown = counts[:WORDS]
    numbers = [word.count for word in shown]
    return _bars(
        [word.word for word in shown],
        numbers,
        [f"{number:,}" for number in numbers],
        [count_text(number, "time") for number in numbers],
    )


def shares(parts: Sequence[Share]) -> go.Figure:
    """Languages or scripts."""
    texts = [f"{part.share:.1%}" if part.share >= 0.001 else "under 0.1%" for part in parts]
    return _bars([part.name for part in parts], [part.share for part in parts], texts, texts)


def cloud(counts: Sequence[WordCount]) -> go.Figure:
    """The most frequent words, each as large as it is frequent."""
    placed = place(counts[:CLOUD_WORDS])
    figure = go.Figure(
        go.Scatter(
            x=[word.x for word in placed],
            y=[-word.y for word in placed],
            text=[_label(word.word) for word in placed],
            mode="text",
            textfont={
                "size": [word.height * 0.85 for word in placed],
                "color": [CLOUD[number % len(CLOUD)] for number in range(len(placed))],
            },
            customdata=[word.count for word in placed],
            hovertemplate="%{text}: %{customdata:,}<extra></extra>",
        )
    )
    half_width = max((abs(word.x) + word.width / 2 for word in placed), default=1)
    half_height = max((abs(word.y) + word.height / 2 for word in placed), default=1)
    figure.update_xaxes(visible=False, range=[-half_width, half_width])
    figure.update_yaxes(visible=False, range=[-half_height, half_height])
    _dressed(figure)
    # A pixel for a pixel, or the words would not be where they were placed.
    margin = figure.layout.margin
    return figure.update_layout(
        autosize=False,
        width=2 * half_width + margin.l + margin.r,
        height=2 * half_height + margin.t + margin.b,
    )


def _bars(names: Sequence[str], values: Sequence[float], texts: Sequence[str], hovers: Sequence[str]) -> go.Figure:
    """Lying bars, the first at the top."""
    places = list(range(len(names)))
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=places,
            orientation="h",
            marker={"color": BARS},
            text=list(texts),
            textposition="outside",
            cliponaxis=False,
            customdata=[[_label(name), hover] for name, hover in zip(names, hovers, strict=True)],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        )
    )
    figure.update_xaxes(visible=False, range=[0, 1.35 * (max(values, default=0) or 1)])
    figure.update_yaxes(tickvals=places, ticktext=[f"{_label(name)} " for name in names], autorange="reversed")
    return _dressed(figure).update_yaxes(showgrid=False).update_layout(height=max(120, 24 * len(names) + 60))


def _label(text: str) -> str:
    return html.escape(text if len(text) <= NAME_CHARACTERS else f"{text[: NAME_CHARACTERS - 1]}…", quote=False)


def _dressed(figure: go.Figure) -> go.Figure:
    figure.update_xaxes(gridcolor=LINES, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=LINES, zeroline=False, automargin=True)
    return figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "color": QUIET, "size": 13},
        hoverlabel={"font": {"family": FONT, "color": INK}, "bgcolor": "#0F172A"},
        margin={"l": 10, "r": 20, "t": 24, "b": 10},
        height=320,
        showlegend=False,
        bargap=0.25,
    )
