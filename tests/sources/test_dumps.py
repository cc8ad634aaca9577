"""Dumps are built from invented stories in the shapes real ones have."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.sources.dumps import DumpArticle, is_sentence, lead_title, split_dump

DUMP = Path(__file__).parents[1] / "data" / "page_dump.txt"

FERRY = "Island Ferry Returns to Service After Long Repair"
FERRY_CAPTION = "The ferry Marigold leaves the harbour of Port Ellery. (AP)"
FERRY_BODY = [
    "The ferry between Port Ellery and the outer islands sailed again on Monday after nine "
    "months in dry dock, the harbour office said.",
    "Engineers replaced both engines and rebuilt the car deck, work that had been put off twice.",
    "“We waited a long winter for this,” said Ruta Omdal, who runs a bakery on the quay.",
    "The first crossing carried 212 passengers.",
]
BRIDGE = "Council Rules Out New Bridge Before 2030"
BRIDGE_CAPTION = (
    "Councillors arrive at the town hall in Vell, north of Arden (File photo - Reuters)"
)
BRIDGE_BODY = [
    "The regional council has ruled out building a second bridge over the Arden before 2030, "
    "citing the cost of steel.",
    "Its chair told reporters that maintaining the old crossing would come first.",
    "Traffic on the crossing has doubled since the mine at Vell reopened in 2019.",
]
MUSEUM = "Who Stole the Clock From the Vell Museum?"
MUSEUM_BODY = [
    "Police in Vell are looking for a brass clock that vanished from the town museum overnight.",
    "The clock, made in 1741, had not kept time for a century.",
]


def shown(title: str, body: list[str]) -> tuple[str, str]:
    return title, "\n\n".join(body)


FERRY_STORY, BRIDGE_STORY, MUSEUM_STORY = (
    shown(FERRY, FERRY_BODY),
    shown(BRIDGE, BRIDGE_BODY),
    shown(MUSEUM, MUSEUM_BODY),
)


def page(title: str, body: list[str], *, caption: str | None = None, doubled: int = 2) -> str:
    """Lay out a story as a saved page does: headline and captions, twice over."""
    captions = [caption] * doubled if caption else []
    head = [title, "\n".join([*captions, "TT"]), title, "\n".join(captions)]
    head = [lines for lines in head if lines]
    return "\n\n".join([*head, *body])


def plain(title: str, body: list[str]) -> str:
    return "\n\n".join([title, *body])


STORIES = [(FERRY, FERRY_BODY), (MUSEUM, MUSEUM_BODY), (BRIDGE, BRIDGE_BODY)]


def split(text: str) -> list[tuple[str, str]]:
    return [(article.title, article.text) for article in split_dump(text)]


FERRY_PAGE = page(FERRY, FERRY_BODY, caption=FERRY_CAPTION)
BRIDGE_PAGE = page(BRIDGE, BRIDGE_BODY, caption=BRIDGE_CAPTION)
BOTH = [FERRY_STORY, BRIDGE_STORY]


def wrapped(text: str, width: int = 72) -> str:
    return "\n".join(textwrap.fill(line, width) for line in text.split("\n"))


VARIATIONS = {
    "two pages": (f"{FERRY_PAGE}\n\n\n\n{BRIDGE_PAGE}", BOTH),
    "one blank line between pages": (f"{FERRY_PAGE}\n\n{BRIDGE_PAGE}", BOTH),
    "windows line ends": (f"{FERRY_PAGE}\n\n\n\n{BRIDGE_PAGE}".replace("\n", "\r\n"), BOTH),
    "second without caption": (f"{FERRY_PAGE}\n\n\n\n{page(BRIDGE, BRIDGE_BODY)}", BOTH),
    "caption once": (
        f"{page(FERRY, FERRY_BODY, caption=FERRY_CAPTION, doubled=1)}\n\n\n{BRIDGE_PAGE}",
        BOTH,
    ),
    "caption four times": (
        f"{page(FERRY, FERRY_BODY, caption=FERRY_CAPTION, doubled=4)}\n\n\n{BRIDGE_PAGE}",
        BOTH,
    ),
    "caption without credit": (
        page(FERRY, FERRY_BODY, caption="The ferry Marigold at sea") + f"\n\n\n{BRIDGE_PAGE}",
        BOTH,
    ),
    "caption sentence without credit": (
        page(FERRY, FERRY_BODY, caption="The ferry Marigold leaves.") + f"\n\n\n{BRIDGE_PAGE}",
        BOTH,
    ),
    "one headline, caption doubled": (
        plain(FERRY, ["The ferry Marigold at sea\nThe ferry Marigold at sea", *FERRY_BODY]),
        [FERRY_STORY],
    ),
    "three pages": (
        f"{FERRY_PAGE}\n\n\n{page(MUSEUM, MUSEUM_BODY)}\n\n\n{BRIDGE_PAGE}",
        [FERRY_STORY, MUSEUM_STORY, BRIDGE_STORY],
    ),
    "large gaps, no repetition": (
        "\n\n\n".join(plain(title, body) for title, body in STORIES),
        [FERRY_STORY, MUSEUM_STORY, BRIDGE_STORY],
    ),
    "rules": (f"{plain(FERRY, FERRY_BODY)}\n\n---\n\n{plain(BRIDGE, BRIDGE_BODY)}", BOTH),
    "stars": (f"{plain(FERRY, FERRY_BODY)}\n* * *\n{plain(BRIDGE, BRIDGE_BODY)}", BOTH),
    "equals signs": (f"{plain(FERRY, FERRY_BODY)}\n=====\n{plain(BRIDGE, BRIDGE_BODY)}", BOTH),
    "form feed": (f"{plain(FERRY, FERRY_BODY)}\n\f{plain(BRIDGE, BRIDGE_BODY)}", BOTH),
    "underlined headlines": (
        plain(f"{FERRY}\n=====", FERRY_BODY) + "\n\n" + plain(f"{BRIDGE}\n-----", BRIDGE_BODY),
        BOTH,
    ),
    "labels": (
        "\n".join(f"Title: {t}\n\nText: " + "\n\n".join(b) + "\n" for t, b in
                  [(FERRY, FERRY_BODY), (BRIDGE, BRIDGE_BODY)]),
        BOTH,
    ),
    "capitals first": (f"{FERRY.upper()}\n\nTT\n\n{FERRY_PAGE}\n\n\n{BRIDGE_PAGE}", BOTH),
    "hard-wrapped": (wrapped(f"{FERRY_PAGE}\n\n\n\n{BRIDGE_PAGE}"), BOTH),
    "wrapped at 60, no repetition": (
        wrapped(f"{plain(FERRY, FERRY_BODY)}\n\n\n{plain(BRIDGE, BRIDGE_BODY)}", 60),
        BOTH,
    ),
    "indented": (textwrap.indent(f"{FERRY_PAGE}\n\n\n{BRIDGE_PAGE}", "    "), BOTH),
    "double-spaced": (
        f"{FERRY_PAGE}\n\n{BRIDGE_PAGE}".replace("\n\n", "\n\n\n"),
        BOTH,
    ),
    "no blank lines": (f"{FERRY_PAGE}\n{BRIDGE_PAGE}".replace("\n\n", "\n"), BOTH),
    "menu, buttons and small print": (
        "Home\nNews\nSport\n\nWe use cookies to improve this site.\n\nAdvertisement\n\n"
        f"{FERRY_PAGE}\n\nShare\n\nAlso read: Ten Islands to See\n\n© 2024 The Ellery Courier\n\n\n"
        f"{BRIDGE_PAGE}\n\nFollow us\n\nHome\nNews\nContact",
        BOTH,
    ),
    "site name in the page title": (
        f"{FERRY} | Ellery Courier\n\nShare\n\n{plain(FERRY, FERRY_BODY)}",
        [FERRY_STORY],
    ),
    "kicker above the headline": (f"World News\n\n{plain(FERRY, FERRY_BODY)}", [FERRY_STORY]),
    "sentence between the headlines": (
        f"{FERRY}\n\nThe boat was away for nine long months.\n\n" + FERRY_PAGE,
        [shown(FERRY, ["The boat was away for nine long months.", *FERRY_BODY])],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VARIATIONS.values(), ids=VARIATIONS.keys())
def test_dump_gives_the_exact_articles(text: str, expected: list[tuple[str, str]]) -> None:
    assert split(text) == expected


def test_subheading_stays_with_its_article() -> None:
    body = [*FERRY_BODY[:2], "A winter without boats", *FERRY_BODY[2:]]
    assert split(plain(FERRY, body)) == [shown(FERRY, body)]
    assert split(page(FERRY, body)) == [shown(FERRY, body)]


def test_break_without_headline_stays_in_the_article() -> None:
    text = plain(FERRY, FERRY_BODY[:2]) + "\n\n* * *\n\n" + "\n\n".join(FERRY_BODY[2:])
    assert split(text) == [FERRY_STORY]


def test_headline_may_end_in_a_quotation() -> None:
    title = "Mayor Calls Bridge Plan ‘A Costly Dream’"
    text = f"{plain(FERRY, FERRY_BODY)}\n\n\n{plain(title, BRIDGE_BODY)}"
    assert split(text) == [FERRY_STORY, shown(title, BRIDGE_BODY)]


@pytest.mark.parametrize(
    ("lines", "date", "author", "url"),
    [
        (["By Jane Doe"], None, "Jane Doe", None),
        (["By Jane Doe and Omar al Said", "Published: 3 May 2021"], "3 May 2021",
         "Jane Doe and Omar al Said", None),
        (["BY JANE DOE | Ellery Courier", "May 3, 2021 10:30 GMT"], "May 3, 2021",
         "JANE DOE", None),
        (["Author: J. Doe", "Date: 2021-05-03", "URL: https://example.org/a"], "2021-05-03",
         "J. Doe", "https://example.org/a"),
        (["Updated: 4 May 2021", "Published on Monday, 3 May 2021"], "3 May 2021", None, None),
    ],
)  # fmt: skip
def test_byline_and_date_leave_the_body(
    lines: list[str], date: str | None, author: str | None, url: str | None
) -> None:
    expected = [DumpArticle(*FERRY_STORY, date=date, author=author, url=url)]
    assert split_dump(plain(FERRY, [*lines, *FERRY_BODY])) == expected
    assert split_dump(plain(FERRY, ["\n".join(lines), *FERRY_BODY])) == expected


def test_headline_with_a_byline_opens_an_article_after_a_single_blank_line() -> None:
    text = plain(FERRY, FERRY_BODY) + "\n\n" + plain(BRIDGE, ["By Jane Doe", *BRIDGE_BODY])
    assert split(text) == BOTH


def test_dateline_and_agency_stay_in_the_body() -> None:
    body = ["LONDON, May 3 (Reuters) - The ferry sailed again on Monday.", *FERRY_BODY[1:]]
    assert split(plain(FERRY, body)) == [shown(FERRY, body)]


def test_dump_without_headline_is_titled_by_its_first_sentence() -> None:
    assert split("\n\n".join(BRIDGE_BODY[1:])) == [shown(BRIDGE_BODY[1], BRIDGE_BODY[1:])]


def test_text_before_the_first_headline_is_an_article_of_its_own() -> None:
    text = "\n\n".join(MUSEUM_BODY) + f"\n\n\n\n{BRIDGE_PAGE}"
    assert split(text) == [shown(MUSEUM_BODY[0], MUSEUM_BODY), BRIDGE_STORY]


def test_repeated_paragraph_is_kept_once() -> None:
    text = plain(FERRY, [*FERRY_BODY[:3], FERRY_BODY[1], FERRY_BODY[3]])
    assert split(text) == [FERRY_STORY]


def test_short_lines_of_talk_are_all_kept() -> None:
    body = [FERRY_BODY[0], "“No.”", FERRY_BODY[1], "“No.”", FERRY_BODY[2], "“No.”"]
    assert split(plain(FERRY, body)) == [shown(FERRY, body)]


def test_last_word_of_a_wrapped_sentence_is_no_button() -> None:
    body = [
        FERRY_BODY[0],
        "The harbour office did not respond to a request for a comment.",
        *FERRY_BODY[1:],
    ]
    text = plain(FERRY, ["\n".join(textwrap.wrap(paragraph, 56)) for paragraph in body])
    assert "\ncomment." in text
    assert split(text) == [shown(FERRY, body)]


def test_hyphen_at_the_end_of_a_wrapped_line() -> None:
    text = plain(
        FERRY, ["The well-\nknown ferry made two-\nand three-day trips all through the\nsummer."]
    )
    assert split(text)[0][1] == (
        "The well-known ferry made two- and three-day trips all through the summer."
    )


def test_headline_cut_by_an_ellipsis_opens_an_article() -> None:
    title = "Council Rules Out New Bridge Before 2030 as Steel ..."
    text = f"{plain(FERRY, FERRY_BODY)}\n\n\n{plain(title, BRIDGE_BODY)}"
    assert split(text) == [FERRY_STORY, shown(title, BRIDGE_BODY)]


def test_list_inside_the_body_is_kept() -> None:
    body = [FERRY_BODY[0], "Port Ellery", "Vell", "Arden", FERRY_BODY[1]]
    assert split(plain(FERRY, body)) == [shown(FERRY, body)]


@pytest.mark.parametrize("text", ["", " \n\n \t\n", "\ufeff", "---\n\n***"])
def test_text_without_words_gives_nothing(text: str) -> None:
    assert split_dump(text) == []


def test_a_few_words_are_still_an_article() -> None:
    assert split("Ferry late.") == [("Ferry late.", "Ferry late.")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("It rained. Then it stopped.", "It rained."),
        ("The U.S. envoy left. He flew home.", "The U.S. envoy left."),
        ("one two three " * 20, "one two three " * 6 + "one two three…"),
        ("渡船が戻った。乗客は喜んだ。", "渡船が戻った。"),
    ],
)  # fmt: skip
def test_lead_title(text: str, title: str) -> None:
    assert lead_title(text) == title


def test_a_dump_of_two_pages() -> None:
    first, second = split_dump(DUMP.read_text(encoding="utf-8"))
    assert first.title == "Port Ellery’s Mayor Visits Outer Islands for First Time"
    assert second.title == "Tern Island’s Council Rules Out Bridge Before Lighthouse Is Repaired"
    assert first.text.startswith("Port Ellery’s mayor, Ines Borg, ")
    assert second.text.startswith("The head of Tern Island’s council, Abel Rahm, said ")
    assert first.text.count("\n\n") + 1 == 5
    assert second.text.count("\n\n") + 1 == 3
    for article in (first, second):
        assert all(is_sentence(paragraph) for paragraph in article.text.split("\n\n"))


WORDS = st.sampled_from(
    ["harbour", "council", "winter", "signal", "copper", "valley", "window", "garden"]
)
SENTENCES = st.lists(WORDS, min_size=8, max_size=40).map(lambda w: " ".join(w).capitalize() + ".")
TITLES = st.lists(WORDS, min_size=4, max_size=9).map(lambda w: " ".join(w).title())
GENERATED = st.lists(
    st.tuples(TITLES, st.lists(SENTENCES, min_size=1, max_size=6), st.booleans()),
    min_size=1,
    max_size=4,
)
JOINTS = st.sampled_from(["\n\n", "\n\n\n", "\n\n\n\n", "\n\n---\n\n", "\n\f\n", "\n"])


def test_a_paragraph_in_the_words_of_the_headline_below_it_is_kept() -> None:
    said = "Harbour strike closes island ferry service for three days."
    first = plain("Island Ferry Strike", [said])
    second = plain("Harbour Strike Closes Island Ferry Service for Three Days", [said])
    assert said in "".join(article.text for article in split_dump(f"{first}\n{second}"))


@settings(max_examples=40, deadline=None)
@given(stories=GENERATED, joint=JOINTS, width=st.sampled_from([0, 50, 70, 80]))
def test_no_paragraph_is_lost(
    stories: list[tuple[str, list[str], bool]], joint: str, width: int
) -> None:
    pages = [page(title, body) if twice else plain(title, body) for title, body, twice in stories]
    dump = joint.join(pages)
    articles = split_dump(wrapped(dump, width) if width else dump)
    text = " ".join(" ".join(article.text.split()) for article in articles)
    assert [p for _, body, _ in stories for p in body if p not in text] == []


LIVE = """Skip to main content

Live

Storm Vera: trains stopped as the river rises – as it happened

This live blog is closed

Rolling coverage of the storm in the north

Tue 12 Nov 2024 21.14 GMT
First published on Tue 12 Nov 2024 06.02 GMT

Key events

12 Nov 2024
18.40 GMT
Bridge opened again

Share

18.40 GMT
Bridge opened again

Engineers have opened the bridge at Kelm again, the company Railnor says.

Updated at 19.02 GMT

Share

Most viewed

Ten gardens to see
"""


POSTS = """Storm Vera: rivers rise as winds reach 130km/h – live

Live

Rolling coverage of the storm in the north

Tue 12 Nov 2024 21.14 GMT

Key events

20.30 GMT
Roads shut
18.40 GMT
Bridge opened again

Share

21.14 GMT
Closing summary

That is all from us tonight; 4,000 homes are still without power, the company says.

Share

20.30 GMT
Roads shut

Police have shut both roads to Kelm, where a bus was caught by the water.

Share

18.40 GMT
Bridge opened again

Engineers have opened the bridge at Kelm again, the company Railnor says.
"""


def test_each_post_of_a_live_blog_keeps_its_time_and_the_headline_is_text() -> None:
    [article] = split_dump(POSTS)
    assert (article.title, article.date) == (POSTS.partition("\n")[0], "12 Nov 2024")
    paragraphs = article.text.split("\n\n")
    told = "Storm Vera: rivers rise as winds reach 130km/h."
    assert paragraphs[:2] == [told, "Rolling coverage of the storm in the north"]
    times = [text for text in paragraphs if text.endswith("GMT")]
    assert times == ["21.14 GMT", "20.30 GMT", "18.40 GMT"]
    at = paragraphs.index("21.14 GMT")
    assert paragraphs[at : at + 2] == ["21.14 GMT", "Closing summary"]
    assert paragraphs[at + 2].startswith("That is all from us")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Rivers rise at Kelm and Brae – as it happened", "Rivers rise at Kelm and Brae."),
        ("Live: rivers rise at Kelm and Brae", "rivers rise at Kelm and Brae."),
        ("Rivers rise at Kelm and Brae | Live updates", "Rivers rise at Kelm and Brae."),
        (
            "+ Flut in Kelm: alle Flüsse steigen - Liveticker",
            "+ Flut in Kelm: alle Flüsse steigen.",
        ),
        ("En direct : la crue menace Kelm et Brae", "la crue menace Kelm et Brae."),
        ("Families learn how to go on and live", "Families learn how to go on and live."),
        ("The band is back: two nights to e-live", "The band is back: two nights to e-live."),
    ],
)
def test_that_a_page_is_live_is_no_part_of_what_its_headline_says(title: str, told: str) -> None:
    [article] = split_dump(POSTS.replace(POSTS.partition("\n")[0], title))
    assert article.title == title
    assert article.text.split("\n\n")[0] == told


def test_one_time_of_day_above_a_text_makes_no_live_blog() -> None:
    head = "Rell win the cup after extra time\n\nSport\n\nFootball\n\n10:15\n\n"
    [article] = split_dump(head + "Rell won the cup. " * 12)
    assert article.text.startswith("Rell won the cup.")


def test_a_live_blog_is_titled_by_its_headline() -> None:
    [article] = split_dump(LIVE)
    assert article.title == "Storm Vera: trains stopped as the river rises – as it happened"
    assert article.date == "12 Nov 2024"
    assert "Engineers have opened the bridge" in article.text
    assert "Share" not in article.text
    assert "gardens" not in article.text


HEADS = {
    "date above the headline": (
        "Sport\n14 March 2023\n\nRell win the cup after extra time\n\nBy Jan Holm\n\n",
        ("Rell win the cup after extra time", "14 March 2023", "Jan Holm", None),
    ),
    "byline and date in one line": (
        "Rell win the cup after extra time\nBy Jan Holm, 3 May 2024, 10:15 AM\n",
        ("Rell win the cup after extra time", "3 May 2024", "Jan Holm", None),
    ),
    "capitals under a masthead": (
        "The Vale Courier\nSubscribe\nLog in\n\nHOME\nNEWS\nSPORT\n\nEXCLUSIVE\n"
        "RELL WIN THE CUP AFTER EXTRA TIME\n\nBy JAN HOLM, Sports Reporter\n"
        "PUBLISHED: 09:12 EDT, 4 June 2024 | UPDATED: 14:40 EDT, 5 June 2024\n\n",
        ("RELL WIN THE CUP AFTER EXTRA TIME", "4 June 2024", "JAN HOLM", None),
    ),
    "the paper before the date": (
        "Rell win the cup after extra time\n\nVale Courier, 4 March 2025\n\n",
        ("Rell win the cup after extra time", "4 March 2025", None, "Vale Courier"),
    ),
    "newsletter": (
        "THE EVENING POST BRIEF\nYour digest of the day\nThursday, 7 March 2024\n\n"
        "View in browser | Unsubscribe\n\n",
        ("THE EVENING POST BRIEF", "7 March 2024", None, None),
    ),
    "German page": (
        "Sport\n\nRell gewinnt den Pokal nach Verlängerung\n\n3. Mai 2024, 10:15 Uhr\n\n",
        ("Rell gewinnt den Pokal nach Verlängerung", "3. Mai 2024", None, None),
    ),
    "French byline": (
        "Rell gagne la coupe\n\nPar Jan Holm\nPublié le 3 mai 2024 à 10h15\n\n",
        ("Rell gagne la coupe", "3 mai 2024", "Jan Holm", None),
    ),
    "Italian byline": (
        "Rell vince la coppa\n\ndi Jan Holm e Petra Vik\n3 maggio 2024 | 10:15\n\n",
        ("Rell vince la coppa", "3 maggio 2024", "Jan Holm e Petra Vik", None),
    ),
    "a name that only looks like a byline": (
        "Di Maria Signs For Rell After Cup\n\n3 May 2024\n\n",
        ("Di Maria Signs For Rell After Cup", "3 May 2024", None, None),
    ),
    "labels": (
        "Titel: Rell gewinnt den Pokal\nDatum: 03.05.2024\nQuelle: Bote von Au\n"
        "Autor: Jan Holm\n\n",
        ("Rell gewinnt den Pokal", "03.05.2024", "Jan Holm", "Bote von Au"),
    ),
    "a converter's labels": (
        "Title: Rell win the cup\n\nURL Source: https://vale.example/1\n\n"
        "Published Time: 2024-05-03T10:00:00Z\n\nMarkdown Content:\n",
        ("Rell win the cup", "2024-05-03", None, None),
    ),
    "the paper below the headline": (
        "Rell win the cup after extra time\nVale Courier\n3 May 2024\nBy Jan Holm\n\n",
        ("Rell win the cup after extra time", "3 May 2024", "Jan Holm", "Vale Courier"),
    ),
    "Chinese page": (
        "瑞尔队加时赛后夺冠\n\n2024年05月03日 08:30 来源：谷地晚报 作者：王明\n\n",
        ("瑞尔队加时赛后夺冠", "2024年05月03日", "王明", "谷地晚报"),
    ),
    "a masthead right above the headline": (
        "Vale Courier\nRell win the cup after extra time\nBy Jan Holm\nFriday 3 May 2024\n\n",
        ("Rell win the cup after extra time", "3 May 2024", "Jan Holm", None),
    ),
    "date, time and author between bars": (
        "Rell wygrywa puchar\n\n3 maja 2024, 10:15 | Autor: Jan Holm\n\n",
        ("Rell wygrywa puchar", "3 maja 2024", "Jan Holm", None),
    ),
    "Chinese paper": (
        "瑞尔队加时赛后夺冠\n本报记者 王明\n《谷地日报》（ 2024年05月03日 第 03 版）\n\n",
        ("瑞尔队加时赛后夺冠", "2024年05月03日", "王明", "谷地日报"),
    ),
}
GAME = (
    "Rell won the cup on Tuesday night before 11,300 people, beating Tay in extra time.\n\n"
    "Captain Petra Vik scored the last goal and then said that she would retire."
)


@pytest.mark.parametrize(("head", "expected"), HEADS.values(), ids=HEADS.keys())
def test_heads_of_pages(head: str, expected: tuple[str | None, ...]) -> None:
    [article] = split_dump(head + GAME)
    found = (article.title, article.date, article.author, article.publisher)
    assert found == expected
    assert article.text.endswith(GAME)


@pytest.mark.parametrize(
    "line",
    [
        "SUBSCRIBE NOW AND SAVE 50%: unlimited digital access for $1 a week. Cancel any time.",
        "You have read 3 of 5 free articles this month.",
        "Already a subscriber? Log in here.",
        "You are receiving this email because you signed up at vale.example.",
        "View this email in your browser | Unsubscribe | Manage preferences",
        "Lesen Sie auch: Pokal im Schnee",
        "Forward to a friend | Unsubscribe",
        "You have received this email because you have subscribed to alerts.",
        "责任编辑：李四",
        "Copyright 2024 Vale Media",
    ],
)
def test_offers_are_no_text(line: str) -> None:
    [article] = split_dump(f"Rell win the cup after extra time\n\n{GAME}\n\n{line}")
    assert article.text == GAME


def test_a_text_about_copyright_is_kept() -> None:
    line = "Copyright reform passed the council of Vale on Tuesday."
    [article] = split_dump(f"Rell win the cup after extra time\n\n{GAME}\n\n{line}")
    assert article.text == f"{GAME}\n\n{line}"


def test_links_to_other_stories_end_an_article() -> None:
    links = "Recommended for you\n\nTen gardens to visit this summer\nWhy bread goes stale so soon"
    [article] = split_dump(f"Rell win the cup after extra time\n\n{GAME}\n\n{links}")
    assert article.text == GAME


PIECES = (
    "The lock gates of Dell were replaced on Thursday after ninety years, the office said.",
    "The heron colony at Varn has doubled in four years, the wardens said on Monday.",
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. Lock gates replaced\n\nBy Per Moe\n\n{}\n\n", "2. Herons return\n\nBy Ida Holt\n\n{}"),
        (
            "https://a.example/1\nLock gates replaced\n{}\n\n",
            "https://a.example/2\nHerons return\n{}",
        ),
        (
            "Titel: Lock gates replaced\nQuelle: Echo\nText: {}\n\n",
            "Titel: Herons return\nQuelle: Echo\nText: {}",
        ),
    ],
    ids=["numbered", "under addresses", "labelled"],
)
def test_articles_one_after_the_other(first: str, second: str) -> None:
    found = split_dump(first.format(PIECES[0]) + second.format(PIECES[1]))
    assert [article.title for article in found] == ["Lock gates replaced", "Herons return"]
    assert [article.text for article in found] == list(PIECES)


def test_labelled_articles_in_chinese() -> None:
    texts = {
        "停运": "港务局周一说，渡轮停止服务。修理需要六个星期，接驳巴士从旧码头开出。",
        "停课": "县政府周四说，学校停课一周。四间教室发现了霉菌，学生暂时在家里上课。",
    }
    one = "标题：{}\n来源：晚报\n正文：{}"
    found = split_dump("\n\n".join(one.format(*pair) for pair in texts.items()))
    assert [(a.title, a.publisher, a.text) for a in found] == [
        (title, "晚报", text) for title, text in texts.items()
    ]


def test_thai_paragraphs_end_in_no_mark_and_are_kept() -> None:
    body = "เรือข้ามฟากหยุดให้บริการเมื่อวันจันทร์หลังพบรอยแตกที่ตัวเรือสำนักงานท่าเรือกล่าว"
    [article] = split_dump(f"เรือข้ามฟากหยุดหกสัปดาห์\n\n{body}\n\n{body[:50]}\n\n{body[20:]}")
    assert body in article.text


def test_the_rule_of_a_table_separates_no_articles() -> None:
    table = "Parish   Turnout\n-------- -------\nHythe    61%\nTarn     58%"
    [article] = split_dump(f"Rell win the cup after extra time\n\n{GAME}\n\n{table}\n\n{PIECES[0]}")
    assert article.text == f"{GAME}\n\nHythe: Turnout 61%.\n\nTarn: Turnout 58%.\n\n{PIECES[0]}"


@pytest.mark.parametrize(
    ("byline", "author", "agency"),
    [
        ("By Jane Doe, Reuters", "Jane Doe", "Reuters"),
        ("Jane Doe | AP", "Jane Doe", "AP"),
        ("By JANE DOE, Associated Press", "JANE DOE", "Associated Press"),
        (
            "By Jane Doe and Per Moe, The Associated Press",
            "Jane Doe and Per Moe",
            "Associated Press",
        ),
        ("By Jane Doe (AFP)", "Jane Doe", "AFP"),
        ("By Jane van Doe/dpa", "Jane van Doe", "dpa"),
        ("By Reuters", "Reuters", None),
        ("By Jane Doe Staff Writer", "Jane Doe", None),
        ("Jane Doe, Health Editor", "Jane Doe", None),
    ],
)
def test_agency_after_the_writer(byline: str, author: str, agency: str | None) -> None:
    [found] = split_dump(plain(FERRY, [byline, *FERRY_BODY]))
    assert (found.author, found.publisher) == (author, agency)
    assert found.text == "\n\n".join(FERRY_BODY)


def test_agency_is_not_the_publisher_of_a_page_elsewhere() -> None:
    head = ["https://courier.example/ferry", "By Jane Doe, Reuters"]
    [found] = split_dump(plain(FERRY, [*head, *FERRY_BODY]))
    assert (found.author, found.publisher) == ("Jane Doe", None)
