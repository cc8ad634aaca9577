from __future__ import annotations

import pytest

from rag import Article
from rag.answering.disagreement import disagreeing
from rag.answering.evidence import Evidence
from tests.fakes import FakeEmbedder

# The words that two sentences must share to be close to each other for the fake.
VOCABULARY = (
    *("ferry", "fire", "bridge", "storm", "mine", "plane", "strike", "budget", "vote", "rate"),
    *("minister", "festival", "school", "clinic", "dam", "museum", "factory", "train", "record"),
)

DIED = "How many people died in the ferry accident off Malta?"
FIRE = "How many people were killed by the factory fire in Leeds?"
COST = "How much does the bridge at Porto cost?"
RATE = "What is the central bank's key rate?"
WON = "Who won the mayoral vote in Valletta?"
WHEN = "When did the museum in Ghent open?"
QUIT = "Did the transport minister resign?"
HURT = "How many people were injured in the train crash near Lyon?"
HOMES = "How many homes were damaged by the storm in Cork?"
SHARE = "What share of the vote did the Harbour Party win?"

Case = tuple[str, str, str]

DISAGREE: list[Case] = [
    (
        DIED,
        "At least 12 people died when the ferry sank off Malta.",
        "The death toll of the ferry accident off Malta rose to 15.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "Fifteen people died in the ferry accident off Malta.",
    ),
    (
        DIED,
        "Twelve people were killed when the ferry sank off Malta.",
        "The ferry sank off Malta, killing 19 people.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "No one died in the ferry accident off Malta.",
    ),
    (
        DIED,
        "The toll of the ferry accident off Malta stands at 12.",
        "The toll of the ferry accident off Malta rose from 12 to 15.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people and injured 40.",
        "The ferry accident off Malta killed 15 people and injured 40.",
    ),
    (
        DIED,
        "More than 50 people died in the ferry accident off Malta.",
        "More than 80 people died in the ferry accident off Malta.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 5,000 hens and 3 people.",
        "The factory fire in Leeds killed 7 people.",
    ),
    (
        FIRE,
        "The fire at the factory in Leeds left 9 dead.",
        "The fire at the factory in Leeds left 11 dead, police in Leeds said.",
    ),
    (
        FIRE,
        "Eight bodies were found after the factory fire in Leeds.",
        "Six people were killed in the factory fire in Leeds.",
    ),
    (
        HURT,
        "The train crash near Lyon injured 30 people.",
        "At least 45 people were hurt when the train crashed near Lyon.",
    ),
    (
        HURT,
        "Two people died and 30 were injured in the train crash near Lyon.",
        "Two people died and 41 were injured in the train crash near Lyon.",
    ),
    (
        COST,
        "The bridge at Porto costs 20 million euros.",
        "The bridge at Porto costs 35 million euros.",
    ),
    (
        COST,
        "The bridge at Porto will be built for €20 million.",
        "The price of the bridge at Porto has risen to €26 million.",
    ),
    (
        RATE,
        "The central bank's key rate is 4.5 percent.",
        "The central bank cut its key rate to 4.25 percent.",
    ),
    (
        RATE,
        "The central bank's key rate is between 5.25 and 5.5 percent.",
        "The central bank's key rate falls to between 4.75 and 5 percent.",
    ),
    (
        SHARE,
        "The Harbour Party won 34 percent of the vote.",
        "The Harbour Party won 38 percent of the vote.",
    ),
    (HOMES, "The storm damaged 300 homes in Cork.", "The storm damaged 450 homes in Cork."),
    (
        HOMES,
        "Some 300 homes in Cork were damaged by the storm.",
        "More than 2,000 homes in Cork were damaged by the storm.",
    ),
    (
        WON,
        "Ann Borg won the mayoral vote in Valletta.",
        "Mark Vella won the mayoral vote in Valletta.",
    ),
    (
        WON,
        "The mayoral vote in Valletta was won by Ann Borg.",
        "The mayoral vote in Valletta was won by Joe Zammit on a recount.",
    ),
    (
        "Where did the plane land?",
        "The plane landed in Tunis after the fire.",
        "The plane landed in Catania after the fire.",
    ),
    (WHEN, "The museum in Ghent opened on 3 May.", "The museum in Ghent opened on 5 May."),
    (WHEN, "The museum in Ghent opened in 1998.", "The museum in Ghent opened in 1999."),
    (
        QUIT,
        "The transport minister has resigned over the strike.",
        "The transport minister has not resigned over the strike.",
    ),
    (
        QUIT,
        "The transport minister resigned, his office said.",
        "The transport minister did not resign, his office said.",
    ),
    (
        "Was the clinic closed?",
        "The clinic was closed by the storm.",
        "The clinic was never closed by the storm.",
    ),
    (
        "Did the dam break?",
        "The dam at Brod broke in the storm.",
        "Officials denied that the dam at Brod broke in the storm.",
    ),
]

AGREE: list[Case] = [
    # Other things of the same kind, or the same ones with which something else was done.
    (
        "How many stores is Hull Foods closing?",
        "Hull Foods operated 2,731 stores at the beginning of its fiscal year.",
        "Hull Foods plans to close 60 stores over the next 18 months.",
    ),
    # The same figure, said otherwise or rounded.
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "Twelve people died in the ferry accident off Malta.",
    ),
    (
        DIED,
        "Nearly 300 people died in the ferry accident off Malta.",
        "The ferry accident off Malta killed 294 people.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "Dozens of people died in the ferry accident off Malta.",
    ),
    (
        DIED,
        "At least 12 people died in the ferry accident off Malta.",
        "The ferry accident off Malta killed 12 people.",
    ),
    (
        COST,
        "The bridge at Porto costs nearly 3 million euros.",
        "The bridge at Porto costs 2.9 million euros.",
    ),
    (
        COST,
        "The bridge at Porto costs 3 million euros.",
        "The bridge at Porto costs 3,000,000 euros.",
    ),
    (
        HOMES,
        "More than 50,000 homes in Cork were damaged by the storm.",
        "The storm damaged 50,783 homes in Cork.",
    ),
    (
        HOMES,
        "About 300 homes in Cork were damaged by the storm.",
        "The storm damaged 308 homes in Cork.",
    ),
    (
        RATE,
        "The central bank's key rate is between 4.75 and 5 percent.",
        "The central bank's key rate is 5 percent.",
    ),
    (
        RATE,
        "The key rate of the central bank fell from 5 to 4.5 percent.",
        "The central bank's key rate is 4.5 percent.",
    ),
    # A figure of another thing.
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "The ferry accident off Malta injured 40 people.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "The ferry that sank off Malta carried 300 people.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "The ferry accident off Malta killed 3 children.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "Another 3 people died after the ferry accident off Malta.",
    ),
    (DIED, "The ferry accident off Malta killed 12 people.", "The ferry sank 5 miles off Malta."),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "The ferry accident off Malta could kill 40 people, officials warned.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "The ferry that sank off Malta was built in 1987.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "Of those on the ferry off Malta 7 died at sea and 5 died ashore.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 8 people.",
        "The factory fire in Leeds burned for 3 days.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 8 people.",
        "A third of the 90 workers escaped the factory fire in Leeds.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 8 people.",
        "The factory fire in Leeds killed 200 sheep.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 8 people.",
        "Police arrested 2 people after the factory fire in Leeds.",
    ),
    (
        HURT,
        "The train crash near Lyon injured 30 people.",
        "The train crash near Lyon killed 2 people.",
    ),
    (
        HURT,
        "The train crash near Lyon injured 30 people.",
        "The train that crashed near Lyon was 200 metres long.",
    ),
    (
        COST,
        "The bridge at Porto costs 20 million euros.",
        "The bridge at Porto is 20 percent over its budget.",
    ),
    (
        COST,
        "The bridge at Porto costs 20 million euros.",
        "The bridge at Porto carries 9,000 cars.",
    ),
    (
        RATE,
        "The central bank's key rate is 4.5 percent.",
        "The central bank, which sets the key rate, has 900 staff.",
    ),
    (HOMES, "The storm damaged 300 homes in Cork.", "The storm damaged 40 schools in Cork."),
    (HOMES, "The storm damaged 300 homes in Cork.", "The storm damaged 12 bridges in Cork."),
    # Another event.
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "A ferry accident off Crete killed 30 people.",
    ),
    (
        DIED,
        "The ferry accident off Malta killed 12 people.",
        "The ferry accident of 1999 off Malta killed 70 people.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 8 people.",
        "The factory fire in Hull killed 20 people.",
    ),
    (
        FIRE,
        "The factory fire in Leeds killed 8 people.",
        "A year ago a factory fire in Leeds killed 20 people.",
    ),
    (
        SHARE,
        "The Harbour Party won 34 percent of the vote.",
        "The Field Party won 21 percent of the vote.",
    ),
    (HOMES, "The storm damaged 300 homes in Cork.", "The storm damaged 900 homes in Galway."),
    # Names, days and denials that do not contradict.
    (
        WON,
        "Ann Borg won the mayoral vote in Valletta.",
        "Borg won the mayoral vote in Valletta by 900 ballots.",
    ),
    (
        WON,
        "Ann Borg won the mayoral vote in Valletta.",
        "Mark Vella congratulated the winner in Valletta.",
    ),
    (WON, "Ann Borg won the mayoral vote in Valletta.", "Mark Vella lost in Valletta."),
    (WHEN, "The museum in Ghent opened on 3 May.", "The museum in Ghent opened on May 3."),
    (
        WHEN,
        "The museum in Ghent opened on 3 May.",
        "The museum in Ghent closed its cafe on 9 June.",
    ),
    (
        QUIT,
        "The transport minister has resigned.",
        "The transport minister resigned on Friday over the strike.",
    ),
    (QUIT, "The transport minister resigned.", "The finance minister has no plans for the budget."),
    (
        QUIT,
        "The transport minister resigned over the strike.",
        "The transport minister resigned over the strike, and no successor was named.",
    ),
    (
        "Was the clinic closed?",
        "The clinic was closed by the storm.",
        "Not only the clinic was closed by the storm.",
    ),
]


def _evidence(quote: str, *, id_: str, date: str | None, relevance: float = 1.0) -> Evidence:
    article = Article(title="", text=quote, id=id_, date=date)
    return Evidence(1, article, quote, 0, len(quote), "", relevance)


def _rivals(question: str, said: str, other: str, *, date: str = "2024-05-03") -> list[str]:
    found = _evidence(said, id_="a", date="2024-05-02")
    rival = _evidence(other, id_="b", date=date)
    embedder = FakeEmbedder(vocabulary=VOCABULARY)
    return [item.quote for item in disagreeing(question, found, [found, rival], embedder=embedder)]


@pytest.mark.parametrize(("question", "said", "other"), DISAGREE)
def test_disagreeing_pairs(question: str, said: str, other: str) -> None:
    assert _rivals(question, said, other) == [other]


@pytest.mark.parametrize(("question", "said", "other"), AGREE)
def test_pairs_that_do_not_disagree(question: str, said: str, other: str) -> None:
    assert _rivals(question, said, other) == []
