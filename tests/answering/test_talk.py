"""Remarks that ask the articles nothing are told from questions, and get a reply."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import rag
from rag import Archive, Article
from rag.answering.talk.recognise import Remark, recognise, without_courtesy
from rag.answering.talk.replies import reply
from rag.types import AnswerKind
from tests.fakes import FakeGenerator

TALK = {
    Remark.GREETING: (
        *("Hi there!", "hello", "heyyy", "Good evening.", "hey dateline", "yo", "greetings friend"),
        *("how are you doing today?", "what's up", "Hello, is anybody there?", "how's it going"),
        *(
            "see you later",
            "bye for now",
            "good night!",
            "ok bye",
            "hi again",
            "Good morning to you",
        ),
    ),
    Remark.THANKS: (
        *(
            "Thank you very much",
            "thx",
            "ok thanks a lot",
            "cheers mate",
            "great, thank you so much!",
        ),
        *("that was really helpful", "many thanks", "perfect", "awesome, that is all I needed"),
        *("nice one", "tysm", "I appreciate it", "well done"),
    ),
    Remark.IDENTITY: (
        *("what are you?", "What's your name", "are you a robot", "is this ChatGPT?"),
        *("who built you", "Who made this app?", "are you real", "introduce yourself"),
        *("what model do you run on", "tell me about yourself", "what is this?", "are you an AI"),
        *("which company is behind you", "what is dateline", "how old are you"),
    ),
    Remark.HELP: (
        *("help", "help me please", "What can you do?", "how do I use this", "what should I ask"),
        *("give me some example questions", "how can I search here", "what can you help me with"),
        *("what are you able to do", "I need help", "show me how to use it", "instructions please"),
        *("what kind of questions can you answer", "where do your answers come from"),
        *("can you help", "how do you find answers", "I don't know what to ask"),
    ),
    Remark.CONTENTS: (
        *(
            "what's in here?",
            "How many articles do you have?",
            "which newspapers are in the archive",
        ),
        *(
            "what do you know about",
            "what is in this collection",
            "how far back does the archive go",
        ),
        *("what can I read about here", "which years do you cover", "list your sources"),
        *("what are the articles about", "who are the publishers?", "how big is your database"),
        *("what subjects are covered", "from when to when are the articles", "what do you know"),
        *("what is the oldest article in the archive", "what news do you have", "statistics"),
    ),
    Remark.OTHER_LANGUAGE: (
        *(
            "wie viele Menschen sind bei dem Sturm gestorben?",
            "¿quién es el presidente de Francia?",
        ),
        *(
            "qui est le premier ministre",
            "quando è stato eletto il presidente",
            "кто выиграл выборы",
        ),
        *("什么时候发生的", "hoeveel mensen zijn er overleden", "من فاز في الانتخابات"),
        *(
            "quantas pessoas morreram no incêndio",
            "do you speak Spanish?",
            "can you answer in german",
        ),
        *(
            "pourquoi la banque a-t-elle fait faillite",
            "wo ist das passiert",
            "kim kazandı ve nasıl",
        ),
    ),
    Remark.UNCLEAR: (
        *(
            "you are so stupid",
            "this is useless",
            "asdf",
            "qwertz",
            "sdkjfhskdf",
            "lol",
            "???",
            "🙂",
        ),
        *(
            "what the hell",
            "shut up",
            "blah blah blah",
            "hm",
            "test",
            "you suck",
            "ok",
            "yes please",
        ),
        *("that's wrong", "I hate you", "ggggg", "no", "stupid machine"),
    ),
}

SEARCHED = (
    *("who won?", "Who is Boris Johnson", "thanksgiving", "Hello Kitty 50 years", "good friday"),
    *(
        "is it good for you?",
        "what do you know about Libya",
        "how many articles does the treaty have",
    ),
    *(
        "which newspapers closed in 2020",
        "who built the ark",
        "nice attack",
        "helpline for victims",
    ),
    *("hi tech companies layoffs", "what help did Turkey get", "who helps the poor", "robot tax"),
    *("what is artificial intelligence", "how old is Biden", "how old is the pope", "test cricket"),
    *("who are the Hello Kitty fans", "morning attack harbour", "thank you speech by Macron"),
    *("was the first archive burnt", "evening standard sale", "what are sources of inflation"),
    *(
        "Was ist Brexit? the meaning",
        "who created ChatGPT",
        "what happened in Nice",
        "Dateline NBC",
    ),
    *("how does the vaccine work", "what is the name of the ship", "what can Ukraine do", "SDF"),
    *("La La Land oscars", "El Niño", "Los Angeles fire", "Das Boot remake", "NYPD", "psg lyon"),
    *("Le Pen Macron debate", "what did he do", "why", "news", "the stupid party", "hell's angels"),
    *(
        "can you tell me who won the cup",
        "do you know where the storm hit",
        "yes minister",
        "no deal",
    ),
    *("who said shut up", "ok boomer", "how good are you at predicting elections in Peru"),
    *("which stories did you have last week", "who spoke the words ich bin ein Berliner"),
    *("what articles do you have about the Fed", "which stories cover Derna", "test results Covid"),
)


@pytest.mark.parametrize(
    ("text", "kind"), [(text, kind) for kind, texts in TALK.items() for text in texts]
)
def test_talk_is_told_from_questions(text: str, kind: Remark) -> None:
    assert recognise(text) is kind


@pytest.mark.parametrize("text", SEARCHED)
def test_in_doubt_it_is_searched(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize(
    "text", ["why?", "how does this work?", "who is it", "and what do you know about it", "when"]
)
def test_in_a_conversation_what_points_back_is_searched(text: str) -> None:
    assert recognise(text, in_conversation=True) is None


@pytest.mark.parametrize("text", ["hi", "what is in the archive?", "thanks!", "who are you"])
def test_talk_is_talk_in_a_conversation_too(text: str) -> None:
    assert recognise(text, in_conversation=True) is recognise(text) is not None


def test_a_question_in_the_language_of_articles_is_searched() -> None:
    asked = "wer hat die Wahl gewonnen?"
    assert recognise(asked, languages=lambda: ("en", "de")) is None
    assert recognise(asked, languages=lambda: ("en", "fr")) is Remark.OTHER_LANGUAGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi, who won the vote?", "who won the vote?"),
        ("good morning! thanks. Who won the vote", "Who won the vote"),
        ("who won the vote, please?", "who won the vote?"),
        ("Hello Kitty turns 50", "Hello Kitty turns 50"),
        ("hi", "hi"),
        ("OK Go, the band", "OK Go, the band"),
    ],
)
def test_courtesy_is_not_searched_for(text: str, expected: str) -> None:
    assert without_courtesy(text) == expected


@pytest.fixture
def ports(archive: Archive, make_article: Callable[..., Article]) -> Archive:
    text = "The storm hit Rye Harbour. Mayor Ann Lee said on Monday that Hull was safe."
    archive.ingest(
        [
            make_article(text, title="A", date="2024-03-02", publisher="The Echo", language="en"),
            make_article(f"{text} A ferry sank.", title="B", date="2024-05-01", language="de-AT"),
        ]
    )
    return archive


def test_the_archive_is_described_by_its_numbers_and_names(ports: Archive) -> None:
    assert reply(Remark.CONTENTS, "what is in here?", ports) == (
        "This archive holds 2 articles, published from 2 March 2024 to 1 May 2024. "
        "1 publisher: The Echo. Names that come up often, with their numbers of articles: "
        "Ann Lee (2), Hull (2) and Rye Harbour (2)."
    )


def test_the_languages_that_are_found_are_named(ports: Archive) -> None:
    said = reply(Remark.OTHER_LANGUAGE, "qui est-ce ?", ports)
    assert said.startswith("I answer questions in English; please ask in English.")
    assert said.endswith("Articles in German are found by questions in that language.")


def test_an_empty_archive_says_so(archive: Archive) -> None:
    assert "is empty" in reply(Remark.CONTENTS, "what is in here?", archive)
    assert "is empty" in reply(Remark.GREETING, "hi", archive)


def test_help_gives_a_month_of_the_archive_as_example(ports: Archive) -> None:
    assert "“What happened in May 2024?”" in reply(Remark.HELP, "help", ports)


def test_goodbye_is_no_hello(ports: Archive) -> None:
    assert reply(Remark.GREETING, "ok bye", ports) == "Goodbye."
    assert reply(Remark.GREETING, "hi", ports).startswith("Hello. ")


def test_talk_is_not_searched_for_and_is_no_refusal(ports: Archive) -> None:
    pieces = list(rag.stream("hello!", archive=ports, generator=FakeGenerator("no")))
    last = pieces[-1]
    assert isinstance(last, rag.Answer)
    assert last.kind is AnswerKind.TALK
    assert (last.hits, last.citations, last.abstained) == ((), (), False)
    assert (
        pieces[:-1]
        == [last.text]
        == ["Hello. Ask me about the news in the 2 articles of this archive."]
    )
