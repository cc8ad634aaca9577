from rag.generation import prompts
from rag.generation.prompts import Passage

FERRY = Passage("Ferry sinks (Gazette, 1 May 2024)", "It sank.")
BARE = Passage("", "It rained.")


def _words(text: str) -> int:
    return len(text.split())


def test_passages_are_numbered_under_their_headings() -> None:
    system, user = prompts.build("What sank?", [FERRY, BARE])
    assert (system.role, user.role) == ("system", "user")
    assert user.content == (
        "[1] Ferry sinks (Gazette, 1 May 2024)\nIt sank.\n\n[2]\nIt rained.\n\nQuestion: What sank?"
    )
    assert prompts.REFUSAL in system.content


def test_a_long_answer_is_led_by_the_words_found() -> None:
    system, user = prompts.build_long("What sank?", [FERRY], found="the ferry")
    assert prompts.REFUSAL in system.content
    assert user.content.startswith("[1] Ferry sinks (Gazette, 1 May 2024)\nIt sank.\n\n")
    assert "“the ferry”" in user.content
    assert user.content.endswith("\n\nQuestion: What sank?")


def test_the_window_drops_the_last_passages_first() -> None:
    passages = [FERRY, BARE]
    system, user = prompts.build("What sank?", passages)
    whole = _words(system.content) + _words(user.content)
    assert prompts.within_window("What sank?", passages, tokens=whole, count=_words) == passages
    assert (
        prompts.within_window("What sank?", passages, tokens=whole - 1, count=_words)
        == passages[:1]
    )
    assert prompts.within_window("What sank?", passages, tokens=5, count=_words) == []
