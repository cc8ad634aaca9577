from rag import Article, Hit, ScoreParts, prompts

ARTICLE = Article(title="Ferry sinks", text="It sank.", date="2024-05-01", publisher="Gazette")
BARE = Article(title="", text="It rained.")


def _hit(article: Article) -> Hit:
    return Hit(article, article.text, 0, len(article.text), 1.0, ScoreParts())


def _words(text: str) -> int:
    return len(text.split())


def test_passages_are_numbered_with_title_publisher_and_date() -> None:
    system, user = prompts.build("What sank?", [_hit(ARTICLE), _hit(BARE)])
    assert (system.role, user.role) == ("system", "user")
    assert user.content == (
        "[1] Ferry sinks, Gazette, 2024-05-01\nIt sank.\n\n[2] It rained.\n\nQuestion: What sank?"
    )
    assert prompts.REFUSAL in system.content


def test_fit_drops_the_last_passages_first() -> None:
    hits = [_hit(ARTICLE), _hit(BARE)]
    system, user = prompts.build("What sank?", hits)
    whole = _words(system.content) + _words(user.content)
    assert prompts.fit("What sank?", hits, tokens=whole, count=_words) == hits
    assert prompts.fit("What sank?", hits, tokens=whole - 1, count=_words) == hits[:1]
    assert prompts.fit("What sank?", hits, tokens=5, count=_words) == []
