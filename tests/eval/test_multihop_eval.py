"""The measures of MultiHop-RAG by hand, and a table over a small corpus."""

from __future__ import annotations

import gzip
import json

import pytest

from eval.multihop import Found, load, measure, score, to_row

A, B, C = "The ferry sank.", "Ann won the vote.", "Oil rose."


@pytest.mark.parametrize(
    ("passages", "evidence", "expected"),
    [
        # Ranks 2 and 5: AP is (1/2 + 1/5) / 2, as their script adds it up.
        (["x", A, "x", "x", B], (A, B), Found(1, 1, 1 / 2, (1 / 2 + 1 / 5) / 2, 1 / 2, 1)),
        # Blanks and line breaks do not matter; two sentences at one rank.
        (["The  ferry\nsank. Ann won the vote."], (A, B, C), Found(1, 1, 1, 2 / 3, 2 / 3, 2 / 3)),
        # Found again it counts once.
        ([A, A], (A,), Found(1, 1, 1, 1, 1, 1)),
        (["x"] * 4 + [A], (A,), Found(0, 1, 1 / 5, 1 / 5, 0, 1)),
        # Beyond the tenth it is not found.
        (["x"] * 10 + [A], (A,), Found(0, 0, 0, 0, 0, 0)),
        ([], (A,), Found(0, 0, 0, 0, 0, 0)),
    ],
)
def test_score(passages, evidence, expected):
    assert score(passages, evidence) == pytest.approx(expected)


def test_the_corpus_is_searched_for_the_questions_with_evidence(tmp_path, archive):
    corpus = [
        {"title": "Ferry", "source_inferred": "The Verge", "facts": [A, C]},
        {"title": "Election", "source_inferred": "Wired", "facts": [B]},
    ]
    records = [
        {
            "query": "Which ferry sank?",
            "question_type": "inference_query",
            "evidence_list": [{"title": "Ferry", "fact": A}],
        },
        {"query": "Who?", "question_type": "null_query", "evidence_list": []},
    ]
    (tmp_path / "evidence_corpus.json").write_text(json.dumps(corpus), encoding="utf-8")
    with gzip.open(tmp_path / "questions.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, records)))
    asked, articles = load(tmp_path)
    assert [(item.question, item.evidence) for item in asked] == [("Which ferry sank?", (A,))]
    assert [(item.publisher, item.text) for item in articles] == [
        ("The Verge", f"{A}\n\n{C}"),
        ("Wired", B),
    ]
    archive.ingest(articles)
    found, seconds = measure(archive, asked)
    assert found == [Found(1, 1, 1, 1, 1, 1)]
    assert len(seconds) == 1
    assert to_row(found, [0.002])[0] == "1.000 [1.000, 1.000]"
    assert to_row(found, [0.002])[-1] == "2"
