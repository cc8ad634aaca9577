from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.question_time import changes, find_period, read_time, recency, wants_latest
from rag.text.time_phrases import time_phrases
from rag.types import Period

# A Wednesday.
TODAY = dt.date(2024, 5, 15)
BARE_WEEKDAYS = {
    "What did Biden say on Friday about the 2019 tax cut?",
    "What did the president say on Tuesday?",
    "Who has resigned since Monday?",
    "Who won Sunday's election?",
    "What happened on Wednesday?",
    "Who met Biden on Monday and Tuesday?",
    "What did he say before Monday?",
}
MARCH = Period("2021-03-01", "2021-03-31", "March 2021", exact=False)


def days(question: str, today: dt.date = TODAY) -> tuple[str | None, str | None] | None:
    period = find_period(question, today=today)
    return (period.since, period.until) if period else None


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened in Libya yesterday?", "2024-05-14", "2024-05-15"),
        ("What did the finance minister say today?", "2024-05-15", "2024-05-16"),
        ("Who was arrested in Milan last night?", "2024-05-14", "2024-05-15"),
        ("What did the prime minister announce this morning?", "2024-05-15", "2024-05-16"),
        ("Which banks failed last week?", "2024-05-06", "2024-05-13"),
        ("What has the court decided this week?", "2024-05-13", "2024-05-16"),
        ("How many people were killed in Gaza this month?", "2024-05-01", "2024-05-16"),
        ("What did the Fed decide last month?", "2024-04-01", "2024-05-03"),
        ("Which companies went bankrupt last year?", "2023-01-01", "2024-02-05"),
        ("How many strikes were there this year?", "2024-01-01", "2024-05-16"),
        ("What happened in Sudan in the past three days?", "2024-05-12", "2024-05-16"),
        ("What happened in Kyiv over the last 24 hours?", "2024-05-14", "2024-05-16"),
        ("How did markets move in the past two weeks?", "2024-05-01", "2024-05-16"),
        ("Who has resigned since Monday?", "2024-05-13", "2024-05-16"),
        ("What did the president say on Tuesday?", "2024-05-14", "2024-05-15"),
        ("Who won Sunday's election?", "2024-05-12", "2024-05-13"),
        ("Which team won last Saturday?", "2024-05-11", "2024-05-12"),
        ("What happened on Wednesday?", "2024-05-08", "2024-05-09"),
        ("Who won over the weekend?", "2024-05-11", "2024-05-13"),
        ("What happened three days ago in Lagos?", "2024-05-12", "2024-05-13"),
        ("What did Zelensky say the day before yesterday?", "2024-05-13", "2024-05-14"),
        ("What has the mayor done in recent days?", "2024-05-10", "2024-05-16"),
        ("What did Biden say on Friday about the 2019 tax cut?", "2024-05-10", "2024-05-11"),
        ("WHAT HAPPENED TODAY?", "2024-05-15", "2024-05-16"),
        ("What happened on Tuesday last week?", "2024-05-07", "2024-05-08"),
        ("Who met Biden on Monday and Tuesday?", "2024-05-13", "2024-05-15"),
        ("Who has died since last week?", "2024-05-06", "2024-05-16"),
        ("What did he say before Monday?", None, "2024-05-13"),
        ("What was found a few weeks ago?", "2024-04-14", "2024-04-21"),
        ("What changed in the last year?", "2023-05-15", "2024-05-16"),
    ],
)
def test_what_is_told_from_now_filters_with_a_day_or_a_tenth_of_slack(question, since, until):
    period = find_period(question, today=TODAY)
    assert period is not None
    assert (period.since, period.until) == (since, until)
    # A bare weekday may be one of an old archive's own time.
    assert period.exact is not (question in BARE_WEEKDAYS)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did Facebook rename itself in October 2021?", "2021-10-01", "2021-10-31"),
        ("Who won the election in 2019?", "2019-01-01", "2019-12-31"),
        ("What happened on 5 March 2021?", "2021-03-05", "2021-03-05"),
        ("What happened on March 5, 2021?", "2021-03-05", "2021-03-05"),
        ("What happened on the 5th of March 2021?", "2021-03-05", "2021-03-05"),
        ("What was signed on 2021-03-05?", "2021-03-05", "2021-03-05"),
        ("What was signed on 25/03/2021?", "2021-03-25", "2021-03-25"),
        ("Who governed between 2010 and 2012?", "2010-01-01", "2012-12-31"),
        ("Who was chancellor from March 2018 to June 2019?", "2018-03-01", "2019-06-30"),
        ("What was discovered between March and June 2021?", "2021-03-01", "2021-06-30"),
        ("Who was president before 2020?", None, "2019-12-31"),
        ("Which films came out after 2020?", "2021-01-01", None),
        ("How many died in the 1990s?", "1990-01-01", "1999-12-31"),
        ("Which rise was the first since 2018?", "2018-01-01", None),
        ("What was the score in the 2022 World Cup final?", "2022-01-01", "2022-12-31"),
        ("Who won the World Cup 2018?", "2018-01-01", "2018-12-31"),
        ("What closed in early 2020?", "2020-01-01", "2020-05-01"),
        ("Who resigned in late October 2022?", "2022-10-22", "2022-10-31"),
        ("What burned in the summer of 2021?", "2021-06-01", "2021-08-31"),
        ("Which rocket was launched in December?", "2023-12-01", "2023-12-31"),
        ("What happened on 20 December?", "2023-12-20", "2023-12-20"),
        ("How big was growth in the first quarter of 2023?", "2023-01-01", "2023-03-31"),
        ("Which films won best picture in 2020, 2023 and 2024?", "2020-01-01", "2024-12-31"),
        ("What happened two years ago in Tonga?", "2021-11-15", "2022-11-15"),
        ("what happened in march 2021?", "2021-03-01", "2021-03-31"),
        ("What was said on Thursday, 3 October 2019?", "2019-10-03", "2019-10-03"),
        ("What happened 5-7 March 2021?", "2021-03-05", "2021-03-07"),
        ("What happened on Jan. 6, 2021?", "2021-01-06", "2021-01-06"),
        ("Who won the 2019-20 season?", "2019-01-01", "2020-12-31"),
        ("What did Trump say in May last year?", "2023-05-01", "2023-05-31"),
        ("What burned last summer?", "2023-06-01", "2023-08-31"),
        ("Who led Germany in the 90s?", "1990-01-01", "1999-12-31"),
        ("What has changed since the start of 2023?", "2023-01-01", None),
        ("Who was prime minister until 2019?", None, "2019-12-31"),
        ("Was it more than in 2019 in 2021?", "2021-01-01", "2021-12-31"),
        ("Did 2000 people die in 2019?", "2019-01-01", "2019-12-31"),
        ("What happened on 29 February 2024?", "2024-02-29", "2024-02-29"),
        ("Was ist 2021 passiert?", "2021-01-01", "2021-12-31"),
        ("How many strikes were there this year (2022)?", "2022-01-01", "2022-12-31"),
        ("Who won last year, in 2022?", "2022-01-01", "2022-12-31"),
    ],
)
def test_what_dates_an_event_only_prefers(question, since, until):
    period = find_period(question, today=TODAY)
    assert period is not None
    assert (period.since, period.until, period.exact) == (since, until, False)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "  ",
        "What did Theresa May say about Brexit?",
        "How many people may have died in the fire?",
        "Why did protesters march on the capital?",
        "When was the second Artemis flight?",
        "Did 1,200 people attend?",
        "Who walked on the Moon during Apollo 11?",
        "How long is 24 hours on Mars?",
        "Who planned 9/11?",
        "What is wrong with the Boeing 737?",
        "What did USA Today report?",
        "How many shops opened on Black Friday?",
        "What happened on the last day of the conference?",
        "Who is the president of France?",
        "Which soldiers were shot on Bloody Sunday?",
        "Who leads Germany now?",
        "What was decided by May?",
        "Will April Jones testify?",
        "How many took part in the march?",
        "What did the Sunday Times write?",
        "What was the Good Friday Agreement?",
        "What is the plot of Blade Runner 2049?",
        "How many goals did Kane score in the last two matches?",
        "Is unemployment lower than last year?",
        "What happened in the last year of his life?",
        "What cost $2019?",
        "How many of the 2020 km were paved?",
        "What happened 9000 years ago?",
        "What happened on 31/02/2021?",
        "What happened ſix days ago?",
        "Qu'est-ce qui s'est passé hier à Paris ?",
        "昨天发生了什么？",
    ],
)
def test_names_verbs_and_numbers_are_no_time(question):
    assert find_period(question, today=TODAY) is None


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("Who resigned since Monday?", "since Monday"),
        ("Who governed between 2010 and 2012?", "between 2010 and 2012"),
        ("Who won in 2020, and who in 2024?", "2020, 2024"),
        ("What did Biden say on Friday about the 2019 cut?", "Friday"),
    ],
)
def test_the_phrase_is_in_the_questions_words(question, phrase):
    period = find_period(question, today=TODAY)
    assert period is not None
    assert period.phrase == phrase


def test_weekends_and_weekdays_seen_from_a_saturday():
    saturday = dt.date(2024, 5, 18)
    assert days("What happened on Saturday?", saturday) == ("2024-05-11", "2024-05-12")
    assert days("What happened last weekend?", saturday) == ("2024-05-11", "2024-05-13")
    assert days("What happened this weekend?", saturday) == ("2024-05-18", "2024-05-19")


def test_a_date_without_its_year_is_the_last_one():
    assert days("What happened on 15 May?") == ("2024-05-15", "2024-05-15")
    assert days("What happened on 16 May?") == ("2023-05-16", "2023-05-16")


@given(st.text(), st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 1, 1)))
def test_no_text_raises(text, today):
    find_period(text, today=today)
    wants_latest(text)
    changes(text)


WORDS = (
    "since before until by in on the last this past early mid late end of to and - May March 5 31 "
    "2021 1,200 9999 Monday week years year decade ago summer first quarter yesterday 90s 2020-21"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12), st.dates(dt.date(1990, 1, 1)))
def test_any_pile_of_time_words_gives_ordered_phrases(words, today):
    text = " ".join(words)
    found = time_phrases(text, today=min(today, dt.date(2100, 1, 1)))
    assert all(phrase.first <= phrase.last for phrase in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    find_period(text, today=min(today, dt.date(2100, 1, 1)))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the latest on the strike?", True),
        ("Who is now the president?", True),
        ("What is the current rate?", True),
        ("How many have died so far?", True),
        ("Is Notre-Dame still closed?", True),
        ("What will happen next week?", True),
        ("Who directed Apocalypse Now?", False),
        ("What do still lifes show?", False),
        ("Who won the election?", False),
        ("How do you know?", False),
        ("", False),
    ],
)
def test_words_for_the_newest_state(question, expected):
    assert wants_latest(question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the death toll in Derna?", True),
        ("How many people have died?", True),
        ("How many people were killed by the earthquake?", True),
        ("What is the number of cases?", True),
        ("How many people live in Tonga?", True),
        ("What is the unemployment rate?", True),
        ("What is the price of oil?", True),
        ("Who is the president of France?", True),
        ("Who's the current CEO of Twitter?", True),
        ("Who leads the party?", True),
        ("Who holds the marathon record?", True),
        ("By what score did they beat England?", False),
        ("What was the price of oil in 2019?", False),
        ("Who was the president?", False),
        ("Which architect designed the spire?", False),
        ("How many seats does the chamber have?", True),
        ("", False),
    ],
)
def test_figures_that_change(question, expected):
    assert changes(question) is expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2021-03-01", 1.0),
        ("2021-03-31", 1.0),
        ("2021-04-30", 1 / 2),
        ("2021-05-30", 1 / 3),
        ("2021-02-22", 1 / 2),
        ("2021-02-15", 1 / 3),
        (None, 0.5),
    ],
)
def test_recency_falls_off_outside_the_period(date, expected):
    assert recency(date, MARCH, latest=False, newest="2025-01-01") == pytest.approx(expected)


def test_recency_of_an_open_period():
    since = Period("2021-03-01", None, "since March 2021", exact=False)
    before = Period(None, "2021-02-28", "before March 2021", exact=False)
    assert recency("2030-01-01", since, latest=False, newest=None) == 1.0
    assert recency("1990-01-01", before, latest=False, newest=None) == 1.0
    assert recency("2021-03-30", before, latest=False, newest=None) == 0.5


def test_recency_of_the_latest_is_one_at_the_newest_and_half_a_year_earlier():
    def of(date: str, newest: str | None = "2025-01-15") -> float:
        return recency(date, None, latest=True, newest=newest)

    assert of("2025-01-15") == 1.0
    assert of("2024-01-16") == 0.5
    assert of("2025-01-20") == 1.0
    assert of("2024-01-16", None) == 0.5


def test_the_latest_of_a_period_is_its_end():
    def of(date: str) -> float:
        return recency(date, MARCH, latest=True, newest="2025-01-15")

    assert of("2021-03-31") == 1.0
    assert of("2021-03-01") == pytest.approx((1 + 365 / 395) / 2)
    assert of("2021-04-30") == 0.5


def test_without_a_time_every_article_is_alike():
    assert recency("2021-03-01", None, latest=False, newest="2025-01-01") == 0.5


def test_a_date_that_is_none_is_an_error():
    with pytest.raises(ValueError, match="March"):
        recency("March", MARCH, latest=False, newest=None)


def test_the_time_asked_for_is_read_only_when_today_is_given():
    assert not read_time("What happened yesterday?", today=None, newest="2024-05-14")
    asked = read_time("What is the latest on the strike?", today="2024-05-15", newest="2024-05-14")
    assert asked
    assert asked.score("2024-05-14") == 1.0
    assert asked.score("2023-05-15") == pytest.approx(0.5)
    assert not read_time("Who won?", today="2024-05-15", newest="2024-05-14")
    with pytest.raises(ValueError, match="soon"):
        read_time("What happened yesterday?", today="soon", newest=None)
