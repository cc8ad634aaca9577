import gzip
import json
import random
from pathlib import Path

import pytest

from eval.grounding import (
    Case,
    Judged,
    bias_keeping,
    fit,
    hallucinated,
    judge,
    swap,
    swapped,
    table,
)
from rag import Article
from rag.answering.evidence import Evidence
from rag.answering.support import PARTS, Support
from tests.fakes import FakeEmbedder

# scikit-learn takes seconds to import.
pytestmark = pytest.mark.slow

TEXT = "The ferry Aurora sank off Malta on Friday. Ann Borg led the inquiry with Bo Vella."


def _write(path: Path, record: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.write(json.dumps(record) + "\n")


def test_both_sets_are_read(tmp_path: Path) -> None:
    _write(
        tmp_path / "halueval" / "qa_one-turn_data.json.gz",
        {
            "knowledge": "It sank.It rose.",
            "question": "Did it?",
            "right_answer": "It sank",
            "hallucinated_answer": "It flew",
        },
    )
    _write(
        tmp_path / "train" / "squad2_dev_half1" / "data.jsonl.gz",
        {"question": "Who led it?", "context": TEXT, "answers": ["Ann Borg"]},
    )
    assert list(hallucinated(tmp_path)) == [
        Case("halueval", "Did it?", "It sank", "It sank. It rose.", True),
        Case("halueval", "Did it?", "It flew", "It sank. It rose.", False),
    ]
    right, wrong = swapped(tmp_path, most=5)
    assert (right.claim, right.right, wrong.right) == ("Ann Borg", True, False)
    assert wrong.claim in TEXT
    assert "Borg" not in wrong.claim


def test_a_number_is_swapped_for_a_number() -> None:
    rng = random.Random(0)
    assert swap("12 people", "Of 40 people 12 drowned.", rng) == "40 people"
    assert swap("by boat", "By boat or by air.", rng) is None


def test_the_table_has_a_line_for_every_part(
    embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The classes are apart, so that every resample has the same figure.
    monkeypatch.setattr("eval.grounding._RESAMPLES", 20)
    cases = [
        Case("made up", f"Who led inquiry {n}?", claim, TEXT, right)
        for n in range(12)
        for claim, right in (("Ann Borg led the inquiry.", True), ("Someone flew home.", False))
    ]
    judged = [Judged(case, found) for case, found in judge(cases, embedder=embedder)]
    assert fit(judged, PARTS).coef_[0][0] > 0
    made = table(judged)
    assert next(iter(made.columns[1].cells)).startswith("1.000 [1.000")
    assert len(made.rows) == 2 + 2 * len(PARTS)


def test_the_bias_lets_the_wanted_share_of_right_answers_pass() -> None:
    def judged(coverage: float, *, right: bool = True, vetoed: bool = False) -> Judged:
        evidence = Evidence(1, Article("", TEXT), TEXT, 0, len(TEXT), "", meaning=0.0)
        return Judged(
            Case("made up", "Who?", "Ann", TEXT, right),
            Support(evidence, coverage, context=0.5, meaning=0.5, vetoed=vetoed),
        )

    # Four of five right ones pass when the least of the four, .4, comes out at even odds.
    right = [judged(share) for share in (0.4, 0.9, 0.6, 0.5)]
    given = [*right, judged(1.0, vetoed=True), judged(0.1, right=False)]
    assert bias_keeping(0.8, given, (2.0, 1.0, 1.0)) == pytest.approx(-(0.8 + 1.0))
