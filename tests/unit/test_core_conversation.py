"""What a model is shown of a conversation."""

from mactuner_tui.core.conversation import Conversation
from mactuner_tui.core.specs.chat import GenerationSpec


def _talk(*answers: dict[str, str]) -> Conversation:
    """Questions 0, 1, ... with these answers, and one more question."""
    conversation = Conversation()
    for number, given in enumerate(answers):
        conversation.ask(f"question {number}").answers.update(given)
    conversation.ask("last")
    return conversation


def _shown(conversation: Conversation, speaker: str = "tuned", **generation: int | bool) -> list[tuple[str, str]]:
    spec = GenerationSpec.of(generation)
    return [(message.role, message.content) for message in conversation.messages_for(speaker, spec)]


def test_the_first_question_stands_alone() -> None:
    assert _shown(_talk()) == [("user", "last")]


def test_each_speaker_is_shown_its_own_answers() -> None:
    conversation = _talk({"tuned": "T", "base": "B"})
    assert _shown(conversation, "tuned") == [("user", "question 0"), ("assistant", "T"), ("user", "last")]
    assert _shown(conversation, "base") == [("user", "question 0"), ("assistant", "B"), ("user", "last")]


def test_questions_a_speaker_did_not_answer_are_left_out_so_that_roles_alternate() -> None:
    conversation = _talk({"tuned": "T"}, {"base": "B"}, {"tuned": ""}, {"tuned": "U"})
    roles = [role for role, _ in _shown(conversation, "tuned")]
    assert roles == ["user", "assistant", "user", "assistant", "user"]
    assert _shown(conversation, "base") == [("user", "question 1"), ("assistant", "B"), ("user", "last")]


def test_only_the_newest_messages_are_kept_in_whole_exchanges() -> None:
    conversation = _talk({"tuned": "A"}, {"tuned": "B"}, {"tuned": "C"})
    newest = [("user", "question 2"), ("assistant", "C"), ("user", "last")]
    assert _shown(conversation, history_messages=2) == newest
    assert _shown(conversation, history_messages=3) == newest
    assert len(_shown(conversation, history_messages=4)) == 5
    assert _shown(conversation, history_messages=1) == [("user", "last")]


def test_without_history_only_the_question_is_shown() -> None:
    assert _shown(_talk({"tuned": "A"}), history=False) == [("user", "last")]
