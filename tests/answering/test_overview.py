from dataclasses import replace

import pytest

import rag
from rag import Article
from rag.answering.broad import is_broad, subject
from rag.answering.evidence import Evidence
from rag.answering.overview import quoted, stands_alone
from tests.fakes import FakeEmbedder

QUESTION = "What is known about the ferry strike?"
CLOSED = "The ferry strike closed the harbour for three days."
VOTE = "Crews of the ferry ended their strike after a vote."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is known about the ferry strike?", "the ferry strike?"),
        ("Please summarise the ferry strike.", "the ferry strike."),
        ("Give me a timeline of the ferry strike", "the ferry strike"),
        ("Tell me about the ferry strike", "the ferry strike"),
        ("Catch me up on the ferry strike", "the ferry strike"),
        ("whats going on with the ferry strike", "the ferry strike"),
        ("what happened with the ferry strike?", "the ferry strike?"),
        ("any news on the ferry strike", "the ferry strike"),
        ("ferry strike latest", "ferry strike"),
        ("ferry strike, what is it about", "ferry strike"),
        ("What do the articles say about the ferry strike?", "the ferry strike?"),
        ("What's the latest on the ferry strike?", "the ferry strike?"),
        ("Why has the ferry strike been in the news?", "the ferry strike?"),
        ("How did the ferry strike unfold?", "the ferry strike?"),
        ("Who called the strike? Tell me more about the vote.", "Who called the strike? the vote."),
    ],
)
def test_the_subject_of_a_broad_question(question: str, expected: str) -> None:
    assert is_broad(question)
    assert subject(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How long did the ferry strike last?",
        "What happened in the final?",
        "Tell me about how many days it lasted",
        "What did the media say about it?",
        "Who wrote the summary of the report?",
        "Who broke the news",
        "News",
        "Tell me about",
        "",
    ],
)
def test_a_question_for_one_fact_is_its_own_subject(question: str) -> None:
    assert not is_broad(question)
    assert subject(question) == question


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (CLOSED, True),
        ("And the ferry strike closed the harbour.", True),
        ("“The ferry strike closed the harbour,” Ann Borg said.", True),
        ("She asked the crews to end the strike.", False),
        ("But it closed the harbour for three days.", False),
        ("Will the ferry strike close the harbour?", False),
        ("closed the harbour for three long days.", False),
        ("The strike ended.", False),
        ("At the time the ferry strike closed the harbour.", False),
        ("Photo: crews of the ferry stand in the harbour.", False),
        ("Crews of the ferry strike in Valletta. Getty Images", False),
    ],
)
def test_stands_alone(sentence: str, expected: bool) -> None:
    assert stands_alone(sentence) is expected


def _said(quote: str, date: str | None, *, source: str = "", relevance: float = 1.0) -> Evidence:
    article = Article(title="", text=quote, id=source or quote, date=date)
    return Evidence(1, article, quote, 0, len(quote), "", relevance=relevance)


def _digest(*items: Evidence, most: int = 5) -> list[str]:
    return [item.quote for item in quoted(QUESTION, items, embedder=FakeEmbedder(), most=most)]


def test_sentences_are_in_order_of_time_with_the_undated_last() -> None:
    price = "A ferry ticket has a higher price since the strike."
    items = [_said(price, None), _said(VOTE, "2024-05-09"), _said(CLOSED, "2024-05-02")]
    assert _digest(*items) == [CLOSED, VOTE, price]


def test_no_two_sentences_say_the_same() -> None:
    again = "A ferry strike has closed the harbour since Monday."
    items = [_said(CLOSED, "2024-05-02"), _said(again, "2024-05-02"), _said(VOTE, "2024-05-09")]
    assert _digest(*items) == [CLOSED, VOTE]


def test_at_most_two_are_of_one_article_among_several() -> None:
    others = [
        f"The ferry strike had {word} for its harbour crews." for word in ("oil", "court", "trial")
    ]
    one = [_said(text, "2024-05-02", source="a", relevance=2.0) for text in others]
    assert len(_digest(*one)) == 3
    assert len(_digest(*one, _said(VOTE, "2024-05-09"))) == 3


def test_a_sentence_beside_the_subject_is_left_out() -> None:
    beside = "The football match drew a large crowd in Rome."
    assert _digest(_said(CLOSED, None), _said(beside, None)) == [CLOSED]
    article = Article(title="", text=f"{CLOSED} {VOTE}", id="a")
    lead = Evidence(1, article, CLOSED, 0, len(CLOSED), "", relevance=1.0)
    weak = Evidence(1, article, VOTE, len(CLOSED) + 1, len(article.text), CLOSED, relevance=0.3)
    assert _digest(lead, weak) == [CLOSED]
    assert _digest(lead, replace(weak, relevance=0.6)) == [CLOSED, VOTE]


def test_the_sentence_that_leads_a_near_article_is_told_first() -> None:
    again = "Crews of the ferry strike met the harbour court."
    article = Article(title="Ferry strike ends", text=f"{VOTE} {again}", id="a", date="2024-05-09")
    lead = Evidence(1, article, VOTE, 0, len(VOTE), "", relevance=0.7)
    rest = Evidence(1, article, again, len(VOTE) + 1, len(article.text), VOTE, relevance=1.0)
    assert _digest(lead, rest, most=1) == [VOTE]


def test_an_article_of_another_year_is_not_of_the_subject(embedder):
    told = [
        Evidence(1, Article("Vote", text, id=year, date=f"{year}-05-01"), text, 0, len(text), "",
                 relevance=1.0)
        for year in ("2020", "2023")
        if (text := f"Borg won the election in {'Malta' if year == '2020' else 'Rome'} on Friday.")
    ]  # fmt: skip
    chosen = quoted("Tell me about the 2020 election", told, embedder=embedder, most=5)
    assert [item.article.id for item in chosen] == ["2020"]
    # Without one of that year, and without dates, the nearest are told all the same.
    assert quoted("Tell me about the games of 1987", told, embedder=embedder, most=5)
    undated = [replace(item, article=replace(item.article, date=None)) for item in told]
    assert quoted("Tell me about the games of 1987", undated, embedder=embedder, most=5)


def test_most_is_a_limit_and_no_evidence_no_digest() -> None:
    assert _digest(_said(CLOSED, None), _said(VOTE, None, relevance=0.9), most=1) == [CLOSED]
    assert _digest() == []


def of_town(name: str, quote: str) -> Evidence:
    article = Article(f"Flood in {name}", quote, id=name)
    return Evidence(1, article, quote, 0, len(quote), article.title, relevance=1.0)


def test_a_sentence_on_another_place_is_not_of_the_subject(embedder):
    told = [
        of_town("Hull", "The flood in Hull closed every school of the town."),
        of_town("Rye", "The flood in Rye closed the court of the town."),
    ]
    chosen = quoted("What is known about the flood in Hull?", told, embedder=embedder, most=5)
    assert [item.quote for item in chosen] == [told[0].quote]


def test_a_day_is_named_once(archive):
    text = "The storm closed the harbour of Hull. The storm cut off every hospital of Hull."
    archive.ingest([Article("Storm in Hull", text, id="a", date="2024-05-01")])
    answer = rag.answer("What is known about the storm in Hull?", archive=archive)
    assert answer.text.count("1 May 2024: ") == 1
    assert len(answer.citations) == 2
