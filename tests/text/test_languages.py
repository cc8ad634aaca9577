"""Articles in other languages than English: told, split, stemmed, indexed and found."""

from __future__ import annotations

import errno

import pytest

from rag.errors import RagError
from rag.index.faults import IndexFault
from rag.index.full_text import Document, LexicalIndex
from rag.text.language import language_of
from rag.text.sentences import content_stems, sentences, stem, stopwords, words
from rag.types import Filter

# A headline and two sentences each, a question on them, and one that no text answers.
STORIES = {
    "en": (
        "The lighthouse keeper of Sorrel Point retired in April after forty years. Her son takes "
        "over the lamps.",
        "Who retires as keeper of the lighthouses?",
    ),
    "es": (
        "La panadera Lucía Ferrán abrió tres hornos nuevos en Villarroble. Los vecinos celebraron "
        "la apertura con una fiesta.",
        "¿Quien abre hornos en Villarroble?",
    ),
    "fr": (
        "La bibliothèque de Montclar fermera ses portes pendant deux mois. Les travaux coûtent un "
        "million d’euros, selon M. Vasseur, le directeur.",
        "Quand la bibliotheque ferme-t-elle sa porte ?",
    ),
    "de": (
        "Die Feuerwehr in Lindental bekommt zwei neue Fahrzeuge. Das teilte die Gemeinde am 3. "
        "März mit.",
        "Wie viele Fahrzeugen bekam die Feuerwehren?",
    ),
    "ru": (
        "Новый мост через реку Вязьму откроют в августе. Строительство обошлось в 12 млн. рублей.",
        "Когда открывают мосты через Вязьму?",
    ),
    "ar": (
        "افتتحت المدرسة الجديدة أبوابها صباح اليوم في قرية الزيتون. "
        "وقال المدير إن عدد الطلاب بلغ مئتين.",
        "متى فتحت مدرسة الزيتون؟",
    ),
    "zh": (
        "青川图书馆下周重新开放。馆长李文说，修缮工程历时半年。",
        "图书馆何时开放？",
    ),
    "ja": (
        "港町の水族館が来月から料金を値上げする。館長は「仕方がない。」と話した。",
        "水族館の料金はいくら？",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", STORIES)
def test_the_language_of_a_text(language: str) -> None:
    assert language_of(STORIES[language][0]) == language


def test_no_room_for_the_model_of_languages(monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("py3langid.classify", full)
    with pytest.raises(RagError, match=r"unpacked in .* \(No space left on device\); make room"):
        language_of(STORIES["fr"][0])


@pytest.mark.parametrize("text", ["", "BBC", "12:30 — 14.7", "???"])
def test_a_text_that_tells_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    made = LexicalIndex.build(None)
    documents = [
        Document(number, text, None, None, language)
        for number, (language, (text, _)) in enumerate(STORIES.items())
    ]
    made.update(remove=[], add=documents)
    return made


def test_the_languages_of_an_index(index: LexicalIndex) -> None:
    assert index.languages == ("ar", "de", "es", "fr", "ja", "ru", "zh")


@pytest.mark.parametrize("language", STORIES)
def test_a_question_finds_the_article_in_its_language(index: LexicalIndex, language: str) -> None:
    found = index.search(STORIES[language][1], k=3, where=Filter())
    assert next(iter(found)) == list(STORIES).index(language)


def test_names_in_other_languages_are_found_by_an_english_question(index: LexicalIndex) -> None:
    found = index.search("What does Lindental get?", k=3, where=Filter())
    assert list(found) == [list(STORIES).index("de")]


def test_an_index_without_the_fields_of_now_is_refused(tmp_path) -> None:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text")
    tantivy.Index(builder.build(), path=str(tmp_path))
    with pytest.raises(IndexFault, match="earlier version"):
        LexicalIndex.load(tmp_path)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ["Новый мост через реку Вязьму откроют в августе.",
                "Строительство обошлось в 12 млн. рублей."]),
        ("de", ["Die Feuerwehr in Lindental bekommt zwei neue Fahrzeuge.",
                "Das teilte die Gemeinde am 3. März mit."]),
        ("zh", ["青川图书馆下周重新开放。", "馆长李文说，修缮工程历时半年。"]),
        ("ja", ["港町の水族館が来月から料金を値上げする。", "館長は「仕方がない。」と話した。"]),
    ],
)  # fmt: skip
def test_sentences_of_other_languages(language: str, expected: list[str]) -> None:
    text = STORIES[language][0]
    cut = [text[span.start : span.end] for span in sentences(text, language=language)]
    assert cut == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("图书馆", ["图书", "书馆"]),
        ("馆 12人", ["馆", "12", "人"]),
        ("पुलों पर", ["पुलों", "पर"]),
        ("كِتَاب", ["كِتَاب"]),
    ],
)
def test_words_of_other_scripts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_stems_meet_whatever_the_accents() -> None:
    assert stem("bibliothèques", language="fr") == stem("bibliotheque", language="fr")
    assert content_stems("¿Quién es la alcaldesa?", language="es") == ["alcaldes"]
    assert stem("slovo", language="sk") == "slovo"  # Snowball has no rules for it
    assert "quien" in stopwords("es")
    assert stopwords("xx") == frozenset()
