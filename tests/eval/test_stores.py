"""Two archives asked the same questions."""

from __future__ import annotations

from eval.stores import compare
from rag import Archive, Article

STORM = Article("", "Storm closes the harbour.", id="storm")
OIL = Article("", "Oil price falls.", id="oil")


def test_the_same_archive_answers_the_same(archive):
    archive.ingest([STORM, OIL])
    found = compare(archive, archive, ["storm", "oil price"], tie=0.0)
    assert (found.questions, found.same, found.tied, found.overlap) == (2, 2, 0, 1.0)
    assert [len(each) for each in found.seconds] == [2, 2]


def test_another_first_passage_is_told_unless_it_is_a_tie(tmp_path, embedder):
    with (
        Archive.open(tmp_path / "one", embedder=embedder) as one,
        Archive.open(tmp_path / "two", embedder=embedder) as two,
    ):
        one.ingest([STORM, OIL])
        two.ingest([OIL])
        found = compare(one, two, ["storm", "oil price"], tie=0.02)
        assert (found.same, found.tied, found.other) == (1, 0, ("storm",))
        assert found.overlap == 0.5
        # Of equal scores the first ingested comes first, so that the order of ingest is a tie.
        one.ingest([Article("", "Vaccine trial.", id="a"), Article("", "Vaccine vote.", id="b")])
        two.ingest([Article("", "Vaccine vote.", id="b"), Article("", "Vaccine trial.", id="a")])
        assert compare(one, two, ["vaccine"], tie=0.02).tied == 1


def test_no_questions_are_no_fault(archive):
    assert compare(archive, archive, [], tie=0.0).questions == 0
