"""The reader: pairs, spans, and a tiny network against what its logits say."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import MPNetConfig, MPNetModel, PreTrainedTokenizerFast

from rag.errors import ModelError
from rag.models.adapters import HEADS
from rag.reading import Asked, EncoderReader
from rag.reading.network import ReaderNetwork
from rag.reading.pairs import Pair, PairTokenizer
from rag.reading.spans import best_spans, longest
from rag.types import Passage

pytestmark = pytest.mark.slow

WORDS = "<s> </s> <pad> <unk> who won ? cup · herald south africa the in 2019 . 32 12".split()
CUP = Passage("Cup · Herald", "South Africa won the cup in 2019.")


def tokenizer() -> PreTrainedTokenizerFast:
    inner = Tokenizer(
        models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>")
    )
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B:1 </s>:1",
        special_tokens=[("<s>", 0), ("</s>", 1)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", cls_token="<s>", sep_token="</s>"
    )


def network() -> ReaderNetwork:
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=64, pad_token_id=2,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return ReaderNetwork(MPNetModel(config, add_pooling_layer=False), width=16).eval()


def test_offsets_are_characters_of_the_text_and_not_of_the_heading() -> None:
    (pair,) = PairTokenizer(tokenizer()).pairs(["Who won?"], [(CUP.heading, CUP.text)])
    places = [place for place in pair.offsets if place]
    assert [CUP.text[start:end] for start, end in places] == [
        "South", "Africa", "won", "the", "cup", "in", "2019", ".",
    ]  # fmt: skip
    assert pair.offsets[pair.token_at(CUP.text.index("2019"))] == (28, 32)
    assert pair.token_at(5) is None  # the blank after "South"


def test_a_batch_is_filled_up_and_says_where_the_passage_is() -> None:
    pairs = PairTokenizer(tokenizer()).pairs(["Who won?"] * 2, [("", "Herald"), ("", CUP.text)])
    batch = PairTokenizer(tokenizer()).batch(pairs)
    assert batch.input_ids.shape == batch.in_passage.shape == (2, len(pairs[1].ids))
    assert batch.attention_mask.sum(dim=1).tolist() == [len(pair.ids) for pair in pairs]
    assert batch.in_passage.sum(dim=1).tolist() == [1, 8]


def test_spans_are_in_order_of_their_odds_and_do_not_overlap() -> None:
    pair = Pair((0, 9, 1, 7, 8, 9), (None, None, None, (0, 1), (2, 3), (4, 5)))
    start = np.array([1.0, 9.0, 9.0, 4.0, 0.0, 3.0], np.float32)
    end = np.array([1.0, 9.0, 9.0, 2.0, 3.0, 1.0], np.float32)
    found = best_spans(pair, start, end, most=3, within=60)
    # 4 + 3 and 3 + 1, less the 1 + 1 of "none"; outside the passage nothing counts.
    assert [(item.start, item.end, item.odds) for item in found] == [(0, 3, 5.0), (4, 5, 2.0)]


def test_a_name_a_time_or_a_number_is_told_in_a_few_words() -> None:
    pair = Pair((0, *range(30)), (None, *((i, i + 1) for i in range(30))))
    start, end = np.zeros(31, np.float32), np.zeros(31, np.float32)
    start[1], end[30], end[3] = 9.0, 9.0, 5.0
    for question, last in (("Who won?", 3), ("When was it?", 3), ("Why did it sink?", 30)):
        (best,) = best_spans(pair, start, end, most=1, within=longest(question))
        assert (best.start, best.end) == (0, last)


def test_the_reader_says_what_the_network_says() -> None:
    own, pairs = network(), PairTokenizer(tokenizer())
    reader = EncoderReader("tiny", own, pairs)
    passages = [CUP, Passage("", "The cup."), Passage("", "32 12 in 2019 . the cup")]
    readings = reader.read("Who won?", passages)
    for passage, reading in zip(passages, readings, strict=True):
        (pair,) = pairs.pairs(["Who won?"], [(passage.heading, passage.text)])
        batch = pairs.batch([pair])
        with torch.no_grad():
            logits = own(batch.input_ids, batch.attention_mask, batch.in_passage)
        best = reading.candidates[0]
        first, last = pair.token_at(best.start), pair.token_at(best.end - 1)
        odds = logits.start[0, first] + logits.end[0, last] - logits.start[0, 0] - logits.end[0, 0]
        assert best.odds == reading.odds == pytest.approx(float(odds), abs=1e-4)


def test_questions_read_together_are_read_as_each_by_itself() -> None:
    reader = EncoderReader("tiny", network(), PairTokenizer(tokenizer()))
    asked = [
        Asked("Who won?", (CUP, Passage("", "The cup."))),
        Asked("Who won the cup in 2019?", ()),
        Asked("the cup", tuple([Passage("", "32 12 in 2019 . the cup")] * 20)),
    ]
    for item, readings in zip(asked, reader.read_together(asked), strict=True):
        alone = reader.read(item.question, item.passages)
        assert len(readings) == len(item.passages)
        assert [r.odds for r in readings] == pytest.approx([r.odds for r in alone], abs=1e-4)
        assert [[(c.start, c.end) for c in r.candidates] for r in readings] == [
            [(c.start, c.end) for c in r.candidates] for r in alone
        ]


def test_what_is_not_read_has_no_candidates() -> None:
    reader = EncoderReader("tiny", network(), PairTokenizer(tokenizer()))
    stop = threading.Event()
    stop.set()
    (stopped,) = reader.read("Who won?", [CUP], stop=stop)
    (empty,) = reader.read("Who won?", [Passage("", "")])
    assert stopped.candidates == empty.candidates == ()
    assert stopped.odds == float("-inf")
    assert reader.read("Who won?", []) == []


def test_a_folder_without_heads_is_no_reader(tmp_path) -> None:
    network().encoder.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=f"lacks {HEADS}"):
        EncoderReader.load(str(tmp_path))
