"""What every store promises: the same tests run on an archive in each of them."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import filelock
import numpy as np
import pytest

from rag import Archive, Article
from rag.errors import ArchiveError, LockedError, MissingError
from rag.store.identity import content_hash, fingerprint
from tests.fakes import BagOfWords, FakeEmbedder
from tests.fakes.stores import EACH_STORE, STORES, Place, place_of

# Scores this near are a tie: tantivy keeps the lengths of texts in a byte each.
TIE = 0.02

STORM = Article(
    "Storm closes the harbour",
    "The storm closed the harbour. The ferry to Arran waits.",
    id="storm",
    date="2021-01-04",
    publisher="The Herald",
    url="https://herald.example/storm",
    author="A. Weir",
    source="storm.md",
)
VACCINE = Article(
    "Vaccine trial ends",
    "The vaccine trial ended. Hospital staff were the first to be asked.",
    id="vaccine",
    date="2021-06-30",
    publisher="The Herald",
)
FLOOD = Article(
    "Hochwasser in Passau",
    "Die Häuser der Altstadt stehen unter Wasser. Der Bürgermeister ließ die Brücken sperren.",
    id="flood",
    date="2022-06-30",
    publisher="Passauer Blatt",
    language="de",
)
OIL = Article("Price of oil", "The price of oil fell. Zanzibar traders met.", id="oil")
ODD = Article(
    'Odd "names" \\ and [signs]',
    "A minister spoke of the strike. Nobody else did.",
    id='odd"id\\%_',
    date="2022-02-01",
    publisher='O\'Neill & "Sons" \\',
)
LONG = Article(
    "The long report",
    " ".join(f"Wagon {n} of train {n % 97} passed the court at noon." for n in range(2_000))
    + " The last wagon carried an accordion.",
    id="long",
    date="2019-12-31",
    publisher="the herald",
)
ARTICLES = (STORM, VACCINE, FLOOD, OIL, ODD, LONG)


@pytest.fixture(params=EACH_STORE, scope="module")
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Archive]:
    """Return an archive that is only read."""
    place = place_of(request.param, tmp_path_factory.mktemp("filled"), request)
    with place.open(_name(), embedder=FakeEmbedder()) as archive:
        report = archive.ingest(list(ARTICLES))
        assert (report.added, report.linked) == (len(ARTICLES), 0)
        yield archive


@pytest.fixture(params=EACH_STORE)
def place(request: pytest.FixtureRequest, tmp_path) -> Place:
    return place_of(request.param, tmp_path, request)


@pytest.fixture
def fresh(place, embedder) -> Iterator[Archive]:
    """Return an empty archive to write to."""
    with place.open(_name(), embedder=embedder) as archive:
        yield archive


def _name() -> str:
    # The tests of a process share one Milvus.
    return f"news {uuid.uuid4().hex[:12]}"


def ids(found: list) -> list[str | None]:
    return [getattr(each, "article", each).id for each in found]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.title)
def test_an_article_comes_back_as_it_was(filled, article):
    assert filled.article(article.id) == article


def test_an_article_that_is_not_there_is_missing(filled):
    with pytest.raises(MissingError, match="no article 'sto'"):
        filled.article("sto")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("newest", ["flood", ODD.id, "vaccine", "storm", "long", "oil"]),
        ("oldest", ["long", "storm", "vaccine", ODD.id, "flood", "oil"]),
        ("title", ["flood", ODD.id, "oil", "storm", "long", "vaccine"]),
        ("publisher", [ODD.id, "flood", "vaccine", "storm", "long", "oil"]),
    ],
)
def test_articles_are_listed_in_an_order_and_by_pages(filled, order, expected):
    assert ids(filled.articles(order=order)) == expected
    assert ids(filled.articles(order=order, limit=2, offset=1)) == expected[1:3]
    assert ids(filled.articles(order=order, limit=9, offset=5)) == expected[5:]


FILTERS = [
    ({}, [*ids(list(ARTICLES))]),
    ({"since": "2021-06-30"}, ["vaccine", "flood", ODD.id]),
    ({"until": "2021-06-30"}, ["storm", "vaccine", "long"]),
    ({"since": "2021-01-05", "until": "2022-01-31"}, ["vaccine"]),
    ({"since": "2023-01-01"}, []),
    ({"publishers": ["THE HERALD"]}, ["storm", "vaccine", "long"]),
    ({"publishers": ["The Herald", "Passauer Blatt"], "since": "2021-02-01"}, ["vaccine", "flood"]),
    ({"publishers": [ODD.publisher]}, [ODD.id]),
    ({"publishers": ["Nobody"]}, []),
    ({"names": ["Arran"]}, ["storm"]),
    # As words are compared: without regard to case, signs and endings; one behind the other.
    ({"names": ["HOSPITAL  staff"]}, ["vaccine"]),
    ({"names": ["Zanzibar trader"]}, ["oil"]),
    ({"names": ["staff hospital"]}, []),
    ({"names": ["Altstadt"]}, ["flood"]),
    # In the title; at the beginning and at the end of a text; in a part far behind.
    ({"names": ["Passau"]}, ["flood"]),
    ({"names": ["Storm closes"]}, ["storm"]),
    ({"names": ["an accordion"]}, ["long"]),
    ({"names": ['"signs" ']}, [ODD.id]),
    # All of them, and whatever else narrows.
    ({"names": ["harbour", "ferry"]}, ["storm"]),
    ({"names": ["harbour", "hospital"]}, []),
    ({"names": ["the"], "publishers": ["Passauer Blatt"]}, []),
    ({"names": ["ended"], "since": "2021-06-30"}, ["vaccine"]),
    ({"names": ["ended"], "until": "2021-06-29"}, []),
    ({"names": ["x" * 50]}, []),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_a_filter_holds_for_lists_counts_and_searches(filled, where, expected):
    assert set(ids(filled.articles(**where))) == set(expected)
    assert filled.count(**where) == len(expected)
    assert set(ids(filled.search("storm price", k=200, **where))) == set(expected)
    found = set(ids(filled.find("the storm oil vaccine wagon minister wasser", **where)))
    assert found <= set(expected)


def test_days_around_a_time_heed_publishers_and_names(filled):
    around = ("2021-02-01", "2021-02-02")
    assert filled.days_around(*around) == ["2021-01-04", "2021-06-30"]
    assert filled.days_around(*around, names=["minister"]) == ["2022-02-01"]
    assert filled.days_around(*around, publishers=["Passauer Blatt"]) == ["2022-06-30"]


def test_an_unknown_name_is_told_with_what_there_is(filled):
    filled.check_names([])
    filled.check_names(["storm", "ferry"])
    with pytest.raises(ValueError, match="no article mentions all of storm, vaccine; leave one"):
        filled.check_names(["storm", "vaccine"])
    with pytest.raises(ValueError, match="no article mentions 'Xanadu'; write it differently"):
        filled.check_names(["storm", "Xanadu"])


def test_frequent_names_are_counted_as_a_filter_lets_them_pass(fresh):
    assert fresh.names() == []
    said = (
        "In May, Joe Biden met Ann Lee.",
        "Later, Joe Biden left with Ann Lee.",
        "No joe biden.",
    )
    fresh.ingest([Article(f"Talk {n}", text, id=str(n)) for n, text in enumerate(said)])
    assert fresh.names() == [("Joe Biden", 3), ("Ann Lee", 2)]
    assert fresh.count(names="Joe Biden") == 3
    fresh.delete("2")
    assert fresh.names() == [("Ann Lee", 2), ("Joe Biden", 2)]
    assert fresh.count(names="joe bidens") == 2
    with pytest.raises(ValueError, match="names that often occur are Ann Lee, Joe Biden"):
        fresh.check_names(["Xanadu"])


def test_a_passage_without_the_name_is_found_in_an_article_that_mentions_it(fresh):
    filler = " ".join(f"Wagon {n} passed the court at noon." for n in range(400))
    texts = {"with": f"Ann Lee spoke. {filler} The lamp cost nine crowns.", "without": "The lamp."}
    fresh.ingest([Article(id_, text, id=id_) for id_, text in texts.items()])
    hits = fresh.search("lamp crowns", k=200, names=["Ann Lee"])
    assert {hit.article.id for hit in hits} == {"with"}
    [found] = [hit for hit in hits if "nine crowns" in hit.text]
    assert "Ann Lee" not in found.text
    assert found.parts.lexical


def test_what_is_undated_is_listed_and_counted(filled):
    assert ids(filled.articles(undated=True)) == ["oil"]
    assert filled.count(undated=True) == 1
    assert filled.count(undated=True, since="2020-01-01") == 0


def test_what_an_archive_holds_is_counted(filled):
    stats = filled.stats()
    assert (stats.articles, stats.linked, stats.publishers) == (6, 0, 4)
    assert stats.chunks > 100
    assert (stats.first, stats.last, stats.embedder) == ("2019-12-31", "2022-06-30", "fake")
    assert filled.publishers()[0] == ("The Herald", 2)
    assert dict(filled.publishers())["the herald"] == 1
    assert filled.months() == [
        ("2019-12", 1),
        ("2021-01", 1),
        ("2021-06", 1),
        ("2022-02", 1),
        ("2022-06", 1),
    ]
    assert ("de", 1) in filled.languages()


def test_the_days_around_a_time_are_known(filled):
    assert filled.days_around("2021-02-01", "2021-06-29") == ["2021-01-04", "2021-06-30"]
    around = filled.days_around("2021-02-01", "2021-02-02", publishers=["passauer blatt"])
    assert around == ["2022-06-30"]


def test_each_article_has_a_fingerprint_of_its_id_and_content(filled):
    with filled._storage.reading() as records:
        found = records.catalog.fingerprints()
    expected = sorted(fingerprint(item.id, content_hash(item)) for item in ARTICLES)
    assert found.tolist() == expected
    assert found.dtype == np.uint64


@pytest.mark.parametrize(
    ("beginning", "id_"), [("stor", "storm"), ("odd", ODD.id), ('odd"', ODD.id)]
)
def test_an_id_is_found_by_its_beginning(filled, beginning, id_):
    assert filled.full_id(beginning) == id_


@pytest.mark.parametrize("beginning", ["storm_", "%", "_", ""])
def test_no_sign_stands_for_others_in_an_id(filled, beginning):
    with pytest.raises(ArchiveError):
        filled.full_id(beginning)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which harbour did the storm close?", "storm"),
        # By their stems.
        ("harbours closing in storms", "storm"),
        ("the vaccine trials of hospitals", "vaccine"),
        # By words that the vectors do not know.
        ("Who met in Zanzibar?", "oil"),
        ("accordion", "long"),
        # In the language of the article, accents or none.
        ("Welche Brücken ließ der Bürgermeister sperren?", "flood"),
        ("burgermeister brucke", "flood"),
    ],
)
def test_a_question_finds_its_article_first(filled, question, expected):
    assert ids(filled.search(question, k=3))[0] == expected
    assert ids(filled.find(question))[0] == expected


def test_cosines_are_exact(filled):
    asked = FakeEmbedder().embed_question("storm harbour")
    for hit in filled.search("storm harbour", k=4):
        told = FakeEmbedder().embed_passages([f"{hit.article.title}\n{hit.text}"])[0]
        assert hit.parts.dense == pytest.approx(float(np.dot(asked, told)), abs=1e-5)


def test_scores_of_words_are_those_of_bm25(filled):
    best, *others = filled.search("accordion", k=5)
    assert best.parts.lexical > 1
    assert {hit.parts.lexical for hit in others} == {None}
    # The whole article is found by the word as well.
    assert best.parts.headline > 0


@pytest.mark.parametrize("question", ["", "   ", "?!"])
def test_a_question_without_words_is_no_fault(filled, question):
    assert filled.find(question) == []
    found = filled.search(question, k=3)
    assert found == [] or all(hit.parts.lexical is None for hit in found)


def test_a_question_of_function_words_is_searched_whole(filled):
    assert filled.find("to be the first") != []


def test_hits_point_into_their_articles(filled):
    hits = filled.search("court wagon", k=40)
    assert len(hits) > 3
    assert all(hit.article.text[hit.start : hit.end] == hit.text != "" for hit in hits)


def test_an_archive_is_whole(filled):
    found = filled.examine()
    assert (found.articles, found.faults, found.embedder) == (6, (), "fake")
    assert found.chunks == filled.stats().chunks


def test_an_empty_archive_finds_nothing(fresh):
    assert (fresh.search("storm"), fresh.find("storm"), fresh.articles()) == ([], [], [])
    assert (fresh.count(), fresh.publishers(), fresh.months(), fresh.languages()) == (0, [], [], [])
    assert fresh.stats().first is None
    assert fresh.examine().faults == ()


def test_the_same_again_changes_nothing(fresh):
    fresh.ingest([STORM, VACCINE])
    before = fresh.stats()
    report = fresh.ingest([STORM, VACCINE])
    assert (report.read, report.unchanged, report.added, report.updated) == (2, 2, 0, 0)
    assert fresh.stats() == before


def test_an_edited_article_takes_the_place_of_the_old_one(fresh):
    fresh.ingest([dataclasses.replace(LONG, id="storm"), VACCINE])
    report = fresh.ingest([STORM])
    assert (report.added, report.updated) == (0, 1)
    assert fresh.article("storm") == STORM
    assert fresh.find("accordion") == []
    assert set(ids(fresh.search("wagon court", k=9))) == {"storm", "vaccine"}
    assert fresh.stats().chunks == 2
    assert fresh.months() == [("2021-01", 1), ("2021-06", 1)]
    assert fresh.examine().faults == ()


@pytest.mark.parametrize("date", ["2021-01-05", "2024-12-31", None])
def test_an_article_moves_to_another_day(fresh, date):
    fresh.ingest([STORM, VACCINE])
    fresh.ingest([dataclasses.replace(STORM, date=date)])
    assert fresh.article("storm").date == date
    assert ids(fresh.search("storm", until="2021-01-04")) == []
    assert (fresh.count(), fresh.stats().chunks) == (2, 2)
    if date:
        assert ids(fresh.search("storm", since=date, until=date)) == ["storm"]
    assert fresh.examine().faults == ()


def test_a_deleted_article_is_gone_everywhere(fresh):
    fresh.ingest([STORM, VACCINE, FLOOD])
    fresh.delete("flood")
    with pytest.raises(MissingError):
        fresh.article("flood")
    with pytest.raises(MissingError):
        fresh.delete("flood")
    assert fresh.find("Brücken") == []
    assert "flood" not in ids(fresh.search("Brücken", k=9))
    assert fresh.publishers() == [("The Herald", 2)]
    assert fresh.stats().last == "2021-06-30"
    assert fresh.count() == 2
    assert fresh.examine().faults == ()


def copies() -> list[Article]:
    """Return three copies of one story, each with a word more."""
    text = " ".join(f"The council of ward {word} met the ferry men again." for word in WARDS)
    return [
        Article(
            "Wards", f"{text} {'More follows. ' * n}".strip(), id=f"copy-{n}", date="2021-03-01"
        )
        for n in range(3)
    ]


WARDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()


def test_copies_are_linked_and_one_of_them_speaks(fresh):
    first, second, third = copies()
    report = fresh.ingest([first, STORM, second])
    assert report.linked == 1
    assert fresh.ingest([third]).linked == 1
    assert set(ids(fresh.linked("copy-2"))) == {"copy-0", "copy-1"}
    assert len([id_ for id_ in ids(fresh.search("council ward", k=9)) if id_ != "storm"]) == 1


def test_the_eldest_copy_leads_when_the_first_is_deleted(fresh):
    fresh.ingest(copies())
    fresh.delete("copy-0")
    assert ids(fresh.linked("copy-1")) == ["copy-2"]
    assert ids(fresh.linked("copy-2")) == ["copy-1"]
    assert fresh.stats().linked == 1
    assert fresh.examine().faults == ()


def test_what_was_written_is_there_when_opened_again(place, embedder):
    name = _name()
    with place.open(name, embedder=embedder) as archive:
        archive.ingest([STORM, VACCINE])
        before = archive.search("storm", k=2), archive.stats(), archive.publishers()
    with place.open(name, embedder=embedder, create=False) as again:
        assert (again.search("storm", k=2), again.stats(), again.publishers()) == before
        assert again.ingest([STORM]).unchanged == 1


def test_another_embedder_is_refused(place, embedder):
    name = _name()
    with place.open(name, embedder=embedder) as archive:
        archive.ingest([STORM])
    with pytest.raises(ArchiveError, match="was embedded with fake"):
        place.open(name, embedder=FakeEmbedder(id="other"))


def test_an_archive_that_is_not_there_is_refused(place, embedder):
    with pytest.raises(ArchiveError, match="no archive"):
        place.open(_name(), embedder=embedder, create=False)


def test_one_process_writes_at_a_time(fresh, monkeypatch):
    fresh.ingest([STORM])
    # Held by another lock on the same file, as another process would.
    held = filelock.FileLock(fresh.folder / "ingest.lock", is_singleton=False)
    monkeypatch.setattr("rag.store.locking.PATIENCE", 0.05)
    with held, pytest.raises(LockedError, match="another process is writing"):
        fresh.delete("storm")
    fresh.delete("storm")


def test_everything_comes_in_the_order_of_ingest_and_can_be_written_again(place, embedder):
    with place.open(_name(), embedder=embedder) as one:
        one.ingest([VACCINE, STORM, *copies()])
        everything = list(one._storage.everything())
        assert ids(everything) == ["vaccine", "storm", "copy-0", "copy-1", "copy-2"]
        before = one.stats()
        with one._storage.exclusive():
            one._storage.write(everything)
            one._storage.write(everything[1:3])
        after = one.stats()
        assert dataclasses.replace(after, generation=0) == dataclasses.replace(before, generation=0)
        assert one.examine().faults == ()


def test_searches_go_on_while_articles_are_written(fresh):
    fresh.ingest([STORM])
    texts = [f"Ferry {n} left the harbour." for n in range(12)]
    others = [Article(f"Ferry {n}", text, id=f"f{n}") for n, text in enumerate(texts)]
    with ThreadPoolExecutor(3) as threads:
        writing = threads.submit(fresh.ingest, others)
        asking = [threads.submit(fresh.search, "storm ferry", k=20) for _ in range(12)]
        assert writing.result(timeout=60).added == 12
        found = [asked.result(timeout=60) for asked in asking]
    assert all("storm" in ids(hits) for hits in found)
    assert len(fresh.search("storm ferry", k=20)) == 13


def test_an_archive_is_deleted_with_all_it_holds(place, embedder):
    name = _name()
    with place.open(name, embedder=embedder) as archive:
        archive.ingest([STORM])
        archive.destroy()
    assert not archive.folder.exists()
    with place.open(name, embedder=embedder) as again:
        assert again.count() == 0


@pytest.fixture(scope="module")
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Archive]]:
    """Return a function that opens articles of the sample in a store."""
    paths = sorted(files("rag").joinpath("sample").iterdir(), key=str)[::3]
    opened = {}
    for store in STORES:
        place = place_of(store, tmp_path_factory.mktemp(store), request)
        opened[store] = place.open(_name(), embedder=BagOfWords())
        opened[store].ingest([str(path) for path in paths])
    yield opened.__getitem__
    for archive in opened.values():
        archive.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    [
        "Who won the Paris Olympics medal table?",
        "How long did the Ever Given block the Suez Canal?",
        "When was the first image of a black hole shown?",
        "What did the Fed do with interest rates?",
        "How many people died in the Beirut explosion?",
        "Which film won the most Oscars?",
        "Where did the earthquake strike?",
        "Who was elected president?",
        "Which vaccine was approved?",
        "Where did the rover land?",
        "What does the bank say about inflation?",
        "Who beat whom in the final?",
    ],
)
def test_both_stores_find_the_same_first_but_for_ties(sample, question):
    one, other = (sample(store).search(question, k=4) for store in STORES)
    scores = {(hit.article.id, hit.start): hit.score for hit in one}
    best = (other[0].article.id, other[0].start)
    assert scores.get(best, 0.0) == pytest.approx(one[0].score, abs=TIE)
    cosines = {(hit.article.id, hit.start): hit.parts.dense for hit in one}
    assert cosines[best] == pytest.approx(other[0].parts.dense, abs=1e-5)
