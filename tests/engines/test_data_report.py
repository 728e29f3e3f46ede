"""The page holds every figure, needs nothing from outside, and shows foreign text as text."""

import re
import sys
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pytest

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.profile import Column, Lengths, Profile, Share, WordCount
from mactuner_tui.engines.data import report
from mactuner_tui.engines.data.report_charts import histogram
from mactuner_tui.engines.data.report_cloud import place

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


def _lengths(maximum: int) -> Lengths:
    return Lengths(
        mean=123.4,
        minimum=1,
        median=22,
        p90=33,
        p95=44,
        p99=55,
        maximum=maximum,
        edges=(1, 31, 61, 700),
        counts=(5, 4, 1),
    )


def _profile(**changes: object) -> Profile:
    made = Profile(
        exact=True,
        seen=10,
        rows=10,
        source_bytes=12_300_000,
        memory_bytes=4_560_000,
        columns=(Column(name=EVIL, type="text", missing=3, example=EVIL),),
        characters=_lengths(700),
        words=_lengths(701),
        tokens=_lengths(702),
        model=EVIL,
        max_length=46,
        beyond=2,
        duplicates=4321,
        top_words=(WordCount(word="서울", count=40), WordCount(word="tower", count=10)),
        languages=(Share(name="Korean", share=0.75), Share(name="English", share=0.25)),
        language_rows=8,
        scripts=(Share(name="Hangul", share=1.0),),
    )
    return made.model_copy(update=changes)


class Tags(HTMLParser):
    """Notes the tags of a page that were written by no one here, or that load something."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "report.html"


def _written(path: Path, profile: Profile, title: str = "mine.jsonl") -> str:
    report.write(profile, path, title)
    return path.read_text(encoding="utf-8")


def test_all_charts_and_figures_are_there(path: Path) -> None:
    page = _written(path, _profile())
    for heading in (
        "Text length",
        "Token length",
        "Missing values by column",
        "Top words",
        "Word cloud",
        "Languages",
        "Scripts",
    ):
        assert f"<h2>{heading}</h2>" in page
    for figure in (
        "123.4",
        "700",
        "701",
        "702",
        "12.3 MB",
        "4.56 MB",
        "4,321 duplicates",
        "2 rows (20.0%) longer than 46",
    ):
        assert figure in page
    assert page.count("Plotly.newPlot(") >= 7


def test_the_page_loads_nothing(path: Path) -> None:
    page = _written(path, _profile())
    tags = Tags()
    tags.feed(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    assert tags.loaded == []
    assert "default-src 'none'" in page
    assert re.findall(r"<script[^>]*\bsrc\b", page) == []
    assert len(page) > 1_000_000, "Plotly itself is in the page"


def test_foreign_text_is_shown_and_never_run(path: Path) -> None:
    page = _written(path, _profile(), title=EVIL)
    assert "<img" not in page.split("</head>")[1]
    assert "alert(2)</script>" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_an_estimate_says_so(path: Path) -> None:
    assert "estimated from 10 rows" in _written(path, _profile(exact=False))
    assert "estimated" not in _written(path, _profile()).split("<body>")[1]


def test_what_is_not_known_is_left_out(path: Path) -> None:
    page = _written(path, _profile(tokens=None, top_words=(), languages=(), scripts=(), columns=()))
    assert "<h2>Text length</h2>" in page
    for heading in ("Token length", "Top words", "Word cloud", "Languages", "Scripts", "Missing"):
        assert f"<h2>{heading}" not in page


def test_bars_beyond_the_limit_stand_out_and_a_line_is_drawn() -> None:
    figure = histogram(_lengths(700), "tokens", limit=46).to_dict()
    colours = figure["data"][0]["marker"]["color"]
    assert colours[0] == colours[1] != colours[2]
    (line,) = figure["layout"]["shapes"]
    assert line["x0"] == 1.5  # 46 is half way from 31 to 61.
    assert "shapes" not in histogram(_lengths(700), "tokens", limit=700).to_dict()["layout"]


def test_the_words_of_a_cloud_do_not_cover_each_other() -> None:
    words = [
        WordCount(word=f"word{number}" if number % 2 else "서울특별시", count=1000 // (number + 1))
        for number in range(60)
    ]
    placed = place(words)
    assert [word.word for word in placed] == [word.word for word in words]
    assert not any(one.covers(other) for one, other in combinations(placed, 2))
    assert placed[0].height > placed[5].height > placed[30].height


def test_without_plotly_it_says_what_to_install(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(MacTunerError) as raised:
        report.write(_profile(), path, "mine.jsonl")
    assert "pip install 'mactuner[html]'" in raised.value.hint
    assert not path.exists()


def test_a_folder_is_no_place_for_a_page(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(MacTunerError, match="is a folder"):
        report.write(_profile(), path, "mine.jsonl")


def test_half_a_character_in_a_name_does_not_stop_it(path: Path) -> None:
    columns = (Column(name="a\ud800b", type="text", missing=0, example=""),)
    assert "Missing values" in _written(path, _profile(columns=columns), title="\udcff.jsonl")


def test_a_place_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (Path("/proc/page.html"), tmp_path / "file" / "page.html", tmp_path):
        with pytest.raises(MacTunerError, match=str(path)) as refused:
            report.check(path)
        assert refused.value.hint.startswith("Name ")
