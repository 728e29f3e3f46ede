"""The models screen with the real session, the real client and a Hub on this machine: find, judge, get, look after."""

import html
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Button, Footer, Input, Markdown, Select, Static

from mactuner_tui.core import events, library, manifest, paths
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.models import DownloadSpec, ImportSpec
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.screens.chat.screen import ChatScreen
from mactuner_tui.screens.models.account import TokenModal
from mactuner_tui.screens.models.cache_tab import CacheTab
from mactuner_tui.screens.models.get_dialog import GetModal
from mactuner_tui.screens.models.hub_page import HubPage
from mactuner_tui.screens.models.hub_tab import HubTab
from mactuner_tui.screens.models.import_dialog import ImportModal
from mactuner_tui.screens.models.library_tab import LibraryTab
from mactuner_tui.screens.models.screen import ModelsScreen
from mactuner_tui.screens.training.screen import TrainingScreen
from mactuner_tui.widgets.choice import ChoiceModal, TextModal
from mactuner_tui.widgets.column_list import ColumnList
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.help_panel import SideHelp
from mactuner_tui.widgets.host import JobOpened
from mactuner_tui.widgets.source_picker import SourcePicker
from mactuner_tui.widgets.spec_form import SpecForm
from mactuner_tui.widgets.top_bar import TopBar
from tests.engines.hub_server import Fault, Hub, Model
from tests.engines.tiny_models import save_llama
from tests.tui.pilots import NARROW, WIDE, host, running_app, wait_for, write_job

SESSION_SECONDS = 60.0
"""A session starts and answers within this, on a busy machine too."""
TOKEN = "hf_secretOfATest"
LLAMA, GGUF = "tiny/Llama-1M", "tiny/Llama-1M-GGUF"
SHAPE = {
    "model_type": "llama",
    "num_hidden_layers": 80,
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
}


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model of a million parameters."""
    return save_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture
def some_models(hub: Hub, llama: Path) -> Hub:
    """A Hub with a model that is real, one that is too large, one that is gated, and one of GGUF files."""
    real = Model.of_folder(llama)
    real.files["README.md"] = b"---\nlicense: mit\n---\n# The card [/x]\n\nIts **text**."
    real.downloads, real.license = 900, "mit"
    large = Model(files={"config.json": json.dumps(SHAPE).encode()}, downloads=500, parameters={"BF16": 70_553_706_496})
    gated = Model(files={"config.json": b"{}"}, downloads=300, gated="manual", parameters={"BF16": 1_000_000_000})
    files: dict[str, bytes | Path] = {f"llama-{kind}.gguf": b"GGUF" * 100 for kind in ("F16", "Q4_K_M", "Q8_0")}
    quantised = Model(files=files, downloads=100, library="gguf", gguf={"total": 1_000_000, "architecture": "llama"})
    hub.models = {LLAMA: real, "big/Llama-70B": large, "closed/Llama-1B": gated, GGUF: quantised}
    hub.users[TOKEN] = "tester"
    return hub


def models_screen(pilot: Pilot[None]) -> ModelsScreen:
    """The screen, with its type."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, ModelsScreen)
    return screen


def table(pilot: Pilot[None], name: str) -> ColumnList:
    return models_screen(pilot).query_one(f"#{name}-list", ColumnList)


def rows(pilot: Pilot[None], name: str) -> list[str]:
    """The lines of a table, as they are read."""
    return [str(option.prompt) for option in table(pilot, name).options.options]


def said(pilot: Pilot[None], selector: str) -> str:
    """What a piece of the screen on top says."""
    found = pilot.app.screen.query_one_optional(selector, Static)
    return str(found.content) if found else ""


async def settle(pilot: Pilot[None], condition: Callable[[], object], description: str) -> None:
    """Wait for something that another process has a part in."""
    await wait_for(pilot, condition, description, SESSION_SECONDS)


async def go_to_hub(pilot: Pilot[None]) -> HubTab:
    """From the library to the Hub, with its first search answered."""
    await pilot.press("full_stop")
    await settle(pilot, lambda: table(pilot, "hub").keys, "models are found")
    return models_screen(pilot).query_one(HubTab)


async def opened(pilot: Pilot[None], kind: type) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind), f"{kind.__name__} is open")


# -- from the Hub into the library -------------------------------------------------------------------------------------


async def test_a_model_is_found_judged_got_and_used(some_models: Hub) -> None:
    async with running_app(WIDE, "models") as pilot:
        screen = models_screen(pilot)
        await wait_for(pilot, lambda: "No models yet" in said(pilot, "#library #notice-title"), "it is empty")
        assert "unpack the starter" in said(pilot, "#library #notice-keys")
        await go_to_hub(pilot)
        assert table(pilot, "hub").keys == [LLAMA, "big/Llama-70B", "closed/Llama-1B", GGUF]
        await settle(pilot, lambda: "128K" in rows(pilot, "hub")[1], "what config.json tells came afterwards")
        real, large, gated, quantised = rows(pilot, "hub")
        assert "F L Q" in real
        assert "mit" in real
        assert "· · ·" in large
        assert "⚿" in gated
        assert "chat" in quantised
        await pilot.press("enter")
        await opened(pilot, HubPage)
        await settle(pilot, lambda: "train, chat, export" in said(pilot, "#hub-facts"), "it is described")
        facts = said(pilot, "#hub-facts")
        assert all(told in facts for told in ("4 layers", "128 hidden", "activations", "model.safetensors", "✓ chat"))
        await wait_for(pilot, lambda: "[/x]" in pilot.app.screen.query_one(Markdown).source, "the card is shown")
        await pilot.press("g")
        await opened(pilot, GetModal)
        await settle(pilot, lambda: "to download" in said(pilot, "#get-sum"), "the download is planned")
        assert "afterwards" in said(pilot, "#get-sum")
        await wait_for(pilot, lambda: isinstance(pilot.app.focused, Button), "enter gets it")
        await pilot.press("enter")
        await wait_for(pilot, lambda: screen.current == LibraryTab.NAME, "the library is shown")
        await settle(pilot, lambda: table(pilot, "library").keys == ["model:Llama-1M"], "it is in the library")
        assert "hub" in rows(pilot, "library")[0]
        assert LLAMA in said(pilot, "#library-panel")
        await look_at_cache(pilot, screen)
        await pilot.press("t")
        await opened(pilot, TrainingScreen)
        form = pilot.app.screen.query_one(SpecForm)
        await wait_for(pilot, lambda: isinstance(form.spec, TrainSpec) and form.spec.model == "Llama-1M", "its base")
        await pilot.press("escape", "2", "enter")
        await opened(pilot, ChoiceModal)
        await pilot.press("enter")
        await opened(pilot, ChatScreen)
        assert pilot.app.screen.query_one("#chat-choice", Select).value == "Llama-1M"


async def look_at_cache(pilot: Pilot[None], screen: ModelsScreen) -> None:
    """The files of the new model lie in the cache, which says so before they are deleted."""
    await pilot.press("full_stop", "full_stop")
    await settle(pilot, lambda: screen.current == CacheTab.NAME and rows(pilot, "cache"), "the cache is listed")
    assert "Llama-1M" in rows(pilot, "cache")[0]
    assert "1 revision" in said(pilot, "#cache-total")
    await pilot.press("d")
    await opened(pilot, ConfirmModal)
    assert "would be without its files" in said(pilot, "#detail")
    await pilot.press("n", "comma", "comma")
    await wait_for(pilot, lambda: screen.current == LibraryTab.NAME and screen.focused, "back in the library")


async def test_of_a_repository_of_gguf_files_one_is_chosen_and_a_name_of_its_own(some_models: Hub) -> None:
    async with running_app(NARROW, "models") as pilot:
        answers: list[DownloadSpec | None] = []
        pilot.app.push_screen(GetModal(host(pilot).desk.models, GGUF), answers.append)
        await opened(pilot, GetModal)
        await settle(pilot, lambda: "Q4_K_M" in said(pilot, "#get-files"), "the usual one is proposed")
        choice = pilot.app.screen.query_one("#get-file", Select)
        choice.value = "llama-Q8_0.gguf"
        await settle(pilot, lambda: "Q8_0" in said(pilot, "#get-files"), "another one is planned")
        pilot.app.screen.query_one(SpecForm).field("name").query_one(Input).value = "my-own"
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: answers, "it is asked for")
        assert answers == [DownloadSpec(repo=GGUF, file="llama-Q8_0.gguf", name="my-own")]


async def test_a_gated_model_tells_whom_to_ask_and_takes_a_token_on_the_spot(some_models: Hub) -> None:
    some_models.models["closed/Llama-1B"] = Model(files=some_models.models[LLAMA].files, gated="auto")
    some_models.models["closed/Llama-1B"].granted.add("tester")
    async with running_app(NARROW, "models") as pilot:
        pilot.app.push_screen(GetModal(host(pilot).desk.models, "closed/Llama-1B"))
        await opened(pilot, GetModal)
        await settle(pilot, lambda: "grants access on request" in said(pilot, "#get-files"), "it is refused")
        assert "/closed/Llama-1B" in said(pilot, "#get-files"), "the page to ask at"
        await pilot.press("k")
        await opened(pilot, TokenModal)
        pilot.app.screen.query_one("#token", Input).value = TOKEN
        await pilot.press("enter")
        await settle(pilot, lambda: "@tester" in said(pilot, "#token-account"), "the user is logged in")
        await pilot.press("escape")
        await settle(pilot, lambda: "to download" in said(pilot, "#get-sum"), "now it can be got")


async def test_a_late_answer_never_takes_the_place_of_a_newer_one(some_models: Hub) -> None:
    async with running_app(NARROW, "models") as pilot:
        tab = await go_to_hub(pilot)
        held = Fault(held=True)
        some_models.faults["GET /api/models"] = [held]
        await pilot.press("slash", *"big")
        await settle(pilot, lambda: not some_models.faults["GET /api/models"], "the first search is under way")
        await pilot.press("backspace", "backspace", "backspace", *"closed")
        assert tab.field.value == "closed", "the field takes letters all the while"
        await settle(pilot, lambda: table(pilot, "hub").keys == ["closed/Llama-1B"], "the second search is answered")
        held.released.set()
        await pilot.press("enter", "enter")
        await opened(pilot, HubPage)
        await settle(pilot, lambda: "can do" in said(pilot, "#hub-facts"), "another answer came through since")
        assert table(pilot, "hub").keys == ["closed/Llama-1B"]
        await pilot.press("escape", "slash")
        tab.field.value = ""
        await settle(pilot, lambda: len(table(pilot, "hub").keys) == 4, "all are found again")
        table(pilot, "hub").options.highlighted = 3
        tab.field.value = f"https://huggingface.co/{LLAMA}/tree/main"
        await pilot.press("enter")
        await opened(pilot, HubPage)
        await settle(pilot, lambda: "4 layers" in said(pilot, "#hub-facts"), "the address of a page opens it")


async def test_without_a_network_it_says_so_and_which_key_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    async with running_app(NARROW, "models") as pilot:
        await pilot.press("full_stop")
        tab = models_screen(pilot).query_one(HubTab)
        await settle(pilot, lambda: tab.has_notice and tab.notice.has_class("-bad"), "that is said")
        assert "r try again" in said(pilot, "#hub #notice-keys")
        assert tab.notice.has_focus
        tab.notice.post_message(Paste("one/model\n"))
        await settle(pilot, lambda: "esc r try again" in said(pilot, "#hub #notice-keys"), "that was not found either")
        assert (tab.field.value, tab.field.has_focus) == ("one/model", True)
        await pilot.press("escape", "r")
        assert not tab.check_action("get", ())
        await settle(pilot, lambda: "searching" not in said(pilot, "#hub-standing"), "it tried again")
        await pilot.press("full_stop")
        await settle(pilot, lambda: "The cache is empty" in said(pilot, "#cache #notice-title"), "the cache needs none")


# -- the account -------------------------------------------------------------------------------------------------------


async def test_a_token_is_checked_named_in_the_top_line_and_shown_nowhere(some_models: Hub, home: Path) -> None:
    async with running_app(WIDE, "models") as pilot:
        await pilot.press("k")
        await opened(pilot, TokenModal)
        await settle(pilot, lambda: "not logged in" in said(pilot, "#token-account"), "nobody is logged in")
        field = pilot.app.screen.query_one("#token", Input)
        await pilot.press(*"hf_wrong", "enter")
        await settle(pilot, lambda: "does not accept" in said(pilot, ".dialog-problem"), "a wrong one is refused")
        field.value = TOKEN
        await pilot.pause()
        assert screen_text(pilot).count("•") == len(TOKEN)
        assert TOKEN not in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot, lambda: "@tester" in said(pilot, "#token-account"), "the user's name is known")
        assert not field.value
        await pilot.press("escape")
        await wait_for(pilot, lambda: "@tester" in str(models_screen(pilot).query_one(TopBar).render()), "it is on top")
        assert TOKEN not in screen_text(pilot)
        assert not files_with(TOKEN, home)
        await pilot.press("k")
        await opened(pilot, TokenModal)
        await settle(pilot, lambda: "ctrl+l" in said(pilot, "#token-keys"), "it can be forgotten")
        await pilot.press("ctrl+l")
        await settle(pilot, lambda: "not logged in" in said(pilot, "#token-account"), "it is")
        await wait_for(pilot, lambda: not host(pilot).account, "the name is gone")


def screen_text(pilot: Pilot[None]) -> str:
    """All that a screenshot shows."""
    return html.unescape(pilot.app.export_screenshot())


def files_with(text: str, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


# -- taking in and looking after ---------------------------------------------------------------------------------------


async def test_a_folder_is_looked_over_before_it_is_taken_in(llama: Path, tmp_path: Path) -> None:
    async with running_app(NARROW, "models") as pilot:
        answers: list[ImportSpec | None] = []
        pilot.app.push_screen(ImportModal(host(pilot).desk.models), answers.append)
        await opened(pilot, ImportModal)
        await choose_folder(pilot, cut_short(llama, tmp_path / "damaged"))
        await settle(pilot, lambda: "cannot be taken in" in said(pilot, "#import-verdict"), "it is refused")
        assert any(line.startswith("!") for line in said(pilot, "#import-checks").splitlines())
        assert "✓ config.json" in said(pilot, "#import-checks")
        await pilot.press("i", "escape")
        await wait_for(pilot, lambda: pilot.app.screen.query_one(SourcePicker).has_focus_within, "another is chosen")
        await choose_folder(pilot, llama)
        await settle(pilot, lambda: "✓ It can" in said(pilot, "#import-verdict"), "it is whole")
        pilot.app.screen.query_one(SpecForm).field("name").query_one(Input).value = "mine"
        await wait_for(pilot, lambda: isinstance(pilot.app.focused, Button), "enter takes it in")
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "it is asked for")
        assert answers == [ImportSpec(source=str(llama), name="mine")]


def cut_short(model: Path, folder: Path) -> Path:
    """A copy of a model whose weights are not all there."""
    folder.mkdir()
    for file in model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[: 1000 if file.suffix == ".safetensors" else None])
    return folder


async def choose_folder(pilot: Pilot[None], folder: Path) -> None:
    """As a person does who knows the path: type it, then take the folder as it is."""
    picker = pilot.app.screen.query_one(SourcePicker)
    await pilot.press("slash")
    picker.query_one(Input).value = f"{folder}/"
    listed = picker.query_one("#picker-list")
    await wait_for(pilot, lambda: "this folder" in str(getattr(listed, "options", [""])[0].prompt), "it is listed")
    await pilot.press("enter", "enter")


def shelve(name: str, kind: manifest.ArtefactKind, created: int, **details: object) -> Path:
    """Put a model into the library that is no more than its small files."""
    folder = paths.models() / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(SHAPE))
    made = manifest.write(folder, kind=kind, name=name, job=None, inputs={}, details=dict(details))
    manifest.replace(folder, made.model_copy(update={"created": f"2026-01-0{created}T00:00:00+00:00"}))
    return folder


async def test_the_library_shows_what_is_tuned_below_its_base_and_looks_after_all() -> None:
    base = shelve("base [red]", "model", 1, parameters=70_553_706_496, license="other")
    tuned = shelve("tuned", "adapter", 3, parameters=2_400_000)
    (tuned / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base)}))
    shelve("other", "model", 2, parameters=135_000_000)
    async with running_app(NARROW, "models") as pilot:
        await wait_for(pilot, lambda: len(rows(pilot, "library")) == 3, "all are listed")
        assert table(pilot, "library").keys == ["model:other", "model:base [red]", "model:tuned"]
        assert "└ tuned  (adapter)" in rows(pilot, "library")[2]
        assert "70.6B" in rows(pilot, "library")[1]
        assert "· · ·" in rows(pilot, "library")[1]
        await pilot.press("down", "d")
        await wait_for(pilot, lambda: "is the base of tuned" in toasts(pilot), "what is needed stays")
        await pilot.press("slash", *"oth")
        await wait_for(pilot, lambda: len(rows(pilot, "library")) == 1, "only what matches is listed")
        await pilot.press("enter", "e")
        await opened(pilot, TextModal)
        field = pilot.app.screen.query_one(Input)
        field.value = "tuned"
        await pilot.press("enter")
        await wait_for(pilot, lambda: "already" in said(pilot, ".dialog-problem"), "a taken name is refused")
        field.value = "otherwise"
        await pilot.press("enter")
        await wait_for(pilot, lambda: table(pilot, "library").keys == ["model:otherwise"], "it has another name")
        assert library.find_model("otherwise").is_dir()
        await pilot.press("escape", "y")
        await wait_for(pilot, lambda: "model:tuned" in table(pilot, "library").keys, "the whole list is back")
        assert pilot.app.clipboard == str(paths.models() / "otherwise")
        await pilot.press("d")
        await opened(pilot, ConfirmModal)
        assert "This frees" in said(pilot, "#detail")
        await pilot.press("y")
        await wait_for(pilot, lambda: "model:otherwise" not in table(pilot, "library").keys, "it is gone")
        assert not (paths.models() / "otherwise").exists()


def toasts(pilot: Pilot[None]) -> str:
    """What the app has notified of."""
    return " ".join(notification.message for notification in pilot.app._notifications)


async def test_what_is_on_its_way_stands_on_top_with_its_speed_and_the_keys_that_steer_it() -> None:
    happened = [
        events.StageStarted(stage="downloading"),
        events.FileProgressed(path="config.json", done=700, size=700, speed=0),
        events.FileProgressed(path="model-00001-of-00002.safetensors", done=4 * 10**9, size=9 * 10**9, speed=92e6),
        events.Progressed(done=4.1e9, total=10e9, unit="bytes"),
    ]
    failed = events.JobFailed(kind="ModelError", message="/a/b/config.json is cut off.")
    shelve("there", "model", 1, parameters=1_000_000_000)
    broken = write_job(1, DownloadSpec(repo="one/broken"), Status.FAILED, [*happened, failed])
    running = write_job(2, DownloadSpec(repo="two/coming"), Status.RUNNING, happened, pid=os.getpid())
    async with running_app(WIDE, "models") as pilot:
        await wait_for(pilot, lambda: len(rows(pilot, "library")) == 3, "jobs and models are listed")
        assert table(pilot, "library").keys[0] == f"job:{running}"
        assert "↓ 41 % 92 MB/s ≈ 1m 04s left" in rows(pilot, "library")[0]
        await pilot.press("home")
        await wait_for(pilot, lambda: "✓ config.json" in said(pilot, "#library-panel"), "its files are listed")
        assert "44 % of 9 GB\n  92 MB/s, ≈ 54 s left" in said(pilot, "#library-panel")
        assert "! failed at 41 %  config.json is cut off." in rows(pilot, "library")[1]
        keys = pilot.app.screen.active_bindings
        assert {keys[key].binding.description for key in "px"} == {"Pause", "Stop"}
        await pilot.press("4")
        await opened(pilot, TrainingScreen)
        shelve("later", "model", 2, parameters=1_000_000_000)
        pilot.app.screen.post_message(JobOpened(broken))
        await wait_for(pilot, lambda: "r" in pilot.app.screen.active_bindings, "a broken one can be resumed")
        assert table(pilot, "library").key == f"job:{broken}"
        assert "44 % of 9 GB" in said(pilot, "#library-panel")
        assert "MB/s" not in said(pilot, "#library-panel")  # It does not go on.
        await wait_for(pilot, lambda: "model:later" in table(pilot, "library").keys, "what came meanwhile is listed")
        assert pilot.app.screen.active_bindings["d"].binding.description == "Delete"


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_every_tab_has_help_names_for_its_acts_and_six_keys_at_most(size: tuple[int, int], hub: Hub) -> None:
    shelve("there", "model", 1, parameters=1_000_000_000)
    async with running_app(size, "models") as pilot:
        screen = models_screen(pilot)
        seen: dict[str, str] = {}
        for part in ModelsScreen.PARTS:
            screen.action_go_step(part.NAME)
            await wait_for(pilot, lambda: screen.focused, "something has the focus")
            bindings = [one.binding for one in screen.active_bindings.values() if one.binding.id]
            assert all(binding.tooltip and binding.description for binding in bindings)
            assert len({binding.action for binding in bindings if binding.show and binding.key != "f1"}) <= 6
            for node in (*screen.actors, screen):
                for binding in vars(type(node))["BINDINGS"]:
                    assert seen.setdefault(binding.id, binding.action) == binding.action
            titles = {command.title for command in host(pilot).get_system_commands(pilot.app.screen)}
            assert {"Options", "Models", "Token"} <= titles
            assert screen.query_one(Footer).region.bottom <= size[1]
        await pilot.press("f1")
        await wait_for(pilot, lambda: screen.query(SideHelp), "help is shown")
        page = screen.query_one(SideHelp).query_one("#widget-help", Markdown)
        await wait_for(pilot, lambda: "F L Q" in page.source, "it explains the tabs")
        await pilot.press("escape")
        await wait_for(pilot, lambda: not screen.query(SideHelp), "it is put away")
