"""What the steps of the data screen share, and the pieces that draw it: rules, without a session."""

from textual.content import Content

from mactuner_tui.core import events
from mactuner_tui.core.profile import Lengths, WordCount
from mactuner_tui.core.specs.cleaning import ExactDuplicates, Html, WhiteSpace
from mactuner_tui.core.specs.data import MapSpec, ReadSpec
from mactuner_tui.core.specs.data_requests import CheckRequest, CleanRequest, OpenRequest, ScanRequest
from mactuner_tui.screens.data.figures import spread
from mactuner_tui.screens.data.flow import flow
from mactuner_tui.screens.data.state import DataState
from mactuner_tui.widgets.changes import change_content, differences
from mactuner_tui.widgets.row_grid import fitted
from mactuner_tui.widgets.word_cloud import arrange, cloudy


def opened_state(rows: int = 1000, bad: int = 0) -> DataState:
    """A state with a source that was read to its end."""
    state = DataState()
    state.open("/nowhere/qa.csv", ReadSpec())
    opened = events.SourceOpened(
        source="/nowhere/qa.csv",
        files=("/nowhere/qa.csv",),
        format="csv",
        encoding="utf-8",
        delimiter="comma",
        size_bytes=1000,
        columns=(),
        mapping=None,
    )
    state.apply(OpenRequest(source="/nowhere/qa.csv"), opened)
    state.apply(ScanRequest(), events.SourceScanned(rows=rows, bad=bad, columns=()))
    return state


def previewed(exact: bool, read: int, clean: int) -> events.RecipePreviewed:
    """What a recipe does."""
    return events.RecipePreviewed(exact=exact, read=read, mapped=read, clean=clean, unusable=0, steps=())


def test_rows_that_are_not_counted_yet_are_estimated_and_marked() -> None:
    state = opened_state(rows=1000, bad=3)
    assert flow(state, 200).plain == "1,000 read ! 3 bad"
    state.apply(state.request(CleanRequest), previewed(exact=False, read=100, clean=90))
    assert "≈ 900 clean" in flow(state, 200).plain
    state.apply(state.request(CleanRequest), previewed(exact=True, read=1000, clean=880))
    assert flow(state, 200).plain.endswith("1,000 mapped → 880 clean → ≈ 704 train / 176 valid")
    state.apply(
        state.split_request,
        events.RowsCounted(read=1000, bad=3, mapped=1000, clean=880, train=700, valid=180),
    )
    assert flow(state, 200).plain.endswith("880 clean → 700 train / 180 valid")


def test_the_way_of_the_rows_fits_into_little_width() -> None:
    state = opened_state(rows=150_000)
    state.apply(state.request(CleanRequest), previewed(exact=False, read=100, clean=90))
    assert "mapped" in flow(state, 100).plain
    assert flow(state, 78).cell_length <= 78
    assert flow(state, 78).plain.endswith("27,000 valid")


def test_notes_of_the_engine_are_kept_once_and_only_for_their_source() -> None:
    state = opened_state()
    for text in ("One.", "One.", "Two."):
        state.apply(ScanRequest(), events.Noted(text=text, warning=True))
    assert state.notes == ("One.", "Two.")
    state.open("/nowhere/else.csv", ReadSpec())
    assert not state.notes


def test_a_preview_of_another_recipe_is_an_estimate() -> None:
    state = opened_state()
    state.apply(state.request(CleanRequest), previewed(exact=True, read=1000, clean=880))
    state.change(recipe=())
    assert state.preview is None
    assert "≈ 880 clean" in flow(state, 200).plain


def test_changes_of_recipe_and_length_are_undone_and_done_again() -> None:
    state = opened_state()
    first = state.plan
    state.change(recipe=(*first.recipe, Html()))
    state.change("max_length", max_length=1024)
    assert state.undo()
    assert (state.plan.max_length, len(state.plan.recipe)) == (512, 2)
    assert state.undo()
    assert state.plan == first
    assert not state.undo()
    assert state.redo()
    assert state.redo()
    assert (state.plan.max_length, len(state.plan.recipe)) == (1024, 2)
    assert not state.redo()


def test_what_is_typed_is_undone_at_once() -> None:
    state = opened_state()
    first = state.plan
    for length in (1, 10, 102, 1024):
        state.change("max_length", max_length=length)
    assert state.undo()
    assert state.plan == first


def test_a_result_counts_only_for_what_is_chosen_now() -> None:
    state = opened_state()
    state.apply(state.request(CheckRequest), events.RequestFinished())
    assert state.is_finished(CheckRequest)
    state.change(recipe=(ExactDuplicates(), WhiteSpace()))
    assert not state.is_finished(CheckRequest)
    state.undo()
    assert state.is_finished(CheckRequest)
    state.mapping = MapSpec(text="{a}")
    assert not state.is_finished(CheckRequest)


def test_another_source_forgets_what_was_known_but_not_the_recipe() -> None:
    state = opened_state(bad=2)
    state.change(recipe=(Html(),))
    state.mapping = MapSpec(text="{a}")
    state.open("/nowhere/other.csv", ReadSpec())
    assert state.opened is None
    assert state.scanned is None
    assert (state.plan.recipe, state.mapping) == ((Html(),), MapSpec())
    assert state.stops_at == 0


def test_a_change_is_marked_by_signs_and_not_by_colour_alone() -> None:
    shown = change_content("It is  <b>bold</b>.\tEnd", "It is bold. End")
    before, after = shown.plain.splitlines()
    assert before.startswith("− ")
    assert after.startswith("+ ")
    assert "<b>" in before
    assert "·" in before, "a blank that went is visible"
    assert "⇥" in before
    assert change_content("gone [/x]", None).plain == "− gone [/x]"


def test_of_a_long_text_only_what_lies_around_the_difference_is_shown() -> None:
    old, new = differences("a" * 5000 + "OLD" + "b" * 5000, "a" * 5000 + "NEW" + "b" * 5000)
    assert "".join(text for text, _ in old) == "…" + "a" * 60 + "OLD" + "b" * 60 + "…"
    assert [text for text, differs in new if differs] == ["NEW"]


def test_the_heaviest_words_stand_in_the_middle_and_none_is_cut() -> None:
    words = [WordCount(word=f"word{number}", count=1000 // (number + 1)) for number in range(60)]
    drawn = [cloudy(word, place, 1000) for place, word in enumerate(words)]
    assert drawn[0].text == "W O R D 0"
    assert cloudy(WordCount(word="단어", count=1000), 0, 1000).text == "단어", "its letters stay together"
    lines = arrange(drawn, 60, 9)
    assert any(word.text == "W O R D 0" for word in lines[4])
    assert all(Content("  ".join(word.text for word in line)).cell_length <= 60 for line in lines)
    assert len({word.text for line in lines for word in line}) == sum(map(len, lines))


def test_wide_columns_give_way_before_a_table_must_be_scrolled() -> None:
    assert fitted([6, 56, 56], 80) == [6, 37, 37]
    assert fitted([6, 10], 80) == [6, 74]
    assert fitted([20] * 9, 80) == [20] * 9


def test_lengths_are_told_in_one_line() -> None:
    lengths = Lengths(
        mean=61.24, minimum=1, median=45, p90=120, p95=200, p99=480, maximum=2304, edges=(0, 2304), counts=(1,)
    )
    assert spread(lengths) == "mean 61.2 · median 45 · 90 % ≤ 120 · 99 % ≤ 480 · most 2,304"
