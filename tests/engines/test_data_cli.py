"""`mactuner data` as it is typed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mactuner_tui.core import manifest
from tests.unit.helpers import COMMAND


def _mactuner(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A CSV file in a Korean encoding, with a ragged row."""
    rows = [f"질문 {number}은 무엇입니까?,대답은 {number * 7}입니다 그리고 {number**3}" for number in range(30)]
    path = tmp_path / "표.csv"
    path.write_bytes("\n".join(["질문,답변", *rows, "하나,둘,셋"]).encode("cp949"))
    return path


def test_a_source_is_inspected_into_one_json_document(table: Path, starter: Path, tmp_path: Path) -> None:
    page = tmp_path / "charts.html"
    done = _mactuner("data", "inspect", table.name, "--json", "--row", "2", "--html", str(page), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert (told["source"]["rows"], told["source"]["bad_rows"], told["source"]["encoding"]) == (30, 1, "cp949")
    assert told["source"]["mapping"]["format"] == "question_answer"
    assert told["bad_rows"][0]["where"] == "표.csv, line 32"
    assert told["profile"]["scripts"][0] == {"name": "Hangul", "share": pytest.approx(1)}
    assert told["profile"]["tokens"]["maximum"] > 20
    assert {finding["code"] for finding in told["findings"]} >= {"empty-answer", "truncated", "secrets"}
    assert "대답은 7입니다" in "".join(token["text"] for token in told["tokens"]["tokens"])
    assert page.stat().st_size > 100_000


def test_a_source_is_inspected_in_words(table: Path, starter: Path, tmp_path: Path) -> None:
    done = _mactuner("data", "inspect", table.name, "--row", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for said in (
        "csv, cp949, comma: 30 rows",
        "format: question_answer",
        "표.csv, line 32",
        "✓ every answer",
        "Row 1:",
    ):
        assert said in done.stdout


def test_a_dataset_is_prepared_and_its_recipe_used_again(table: Path, tmp_path: Path, home: Path) -> None:
    steps = tmp_path / "steps.toml"
    steps.write_text('[[recipe]]\nstep = "addresses"\nreplacement = "…"\n')
    first = _mactuner(
        "data", "prepare", table.name, "--name", "ko", "--recipe", str(steps), "--set", "reading.bad_rows=skip",
        "--json", cwd=tmp_path,
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["artefact"] == str(home / "datasets" / "ko")
    again = _mactuner("data", "prepare", "ko", "--name", "ko2", "--recipe", "ko", "--set", "split.seed=1", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    made = [manifest.read(home / "datasets" / name) for name in ("ko", "ko2")]
    assert [content and content.details["recipe"][0]["step"] for content in made] == ["addresses", "addresses"]
    assert [content and content.details["clean"] for content in made] == [30, 30]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("prepare", "표.csv"), 1, "1 row cannot be used. The first: 표.csv, line 32:"),
        (("prepare", "nothing.csv"), 1, "nothing.csv"),
        (("prepare", "표.csv", "--set", "split.valid_share=2"), 2, "split.valid_share = '2'"),
        (("inspect", "표.csv", "--row", "0"), 2, "Invalid value for '--row'"),
        (("inspect", "표.csv", "--max-length", "3"), 2, "Invalid value for '--max-length'"),
        (("prepare", "표.csv", "--set", "mapping.format=poem"), 2, "mapping.format = 'poem'"),
        (("prepare", "표.csv", "--recipe", "표.csv"), 2, "표.csv cannot be read"),
        (("prepare", "표.csv", "--recipe", "nothing"), 1, "No dataset 'nothing'"),
        (("prepare", "표.csv", "--set", "reading.encoding=klingon"), 1, "klingon"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    arguments: tuple[str, ...], status: int, said: str, table: Path, tmp_path: Path
) -> None:
    done = _mactuner("data", *arguments, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    assert len(done.stderr.splitlines()) > 1
    assert "Traceback" not in done.stderr


def test_what_prepare_would_drop_is_seen_by_inspect(starter: Path, tmp_path: Path) -> None:
    rows = ["q,a", *["What is it?,A lamp that shines"] * 3, "Who is it?,A man who sings"]
    (tmp_path / "twice.csv").write_text("\n".join(rows))
    told = json.loads(_mactuner("data", "inspect", "twice.csv", "--json", cwd=tmp_path).stdout)
    assert (told["profile"]["seen"], told["profile"]["duplicates"]) == (4, 2)
    assert {finding["code"]: finding["count"] for finding in told["findings"]}["duplicates"] == 2
