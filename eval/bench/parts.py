"""Measure the parts of Dateline by themselves, beside the plain use of the same weights.

    python -m eval.bench.parts JOB

The stages of the job are `stages` (where the time of an ingest goes), `embedding` and
`generation`. The two sides of a comparison take turns within one process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from eval.bench.peers.harness import Job, say
from rag import sources
from rag.embedding.embedder import Embedder, TransformerEmbedder, Vectors
from rag.generation import Generator, Message, load_generator, prompts
from rag.ingest.chunks import chunk_article
from rag.models.device import compute_dtype
from rag.models.registry import BASE_GENERATOR, DEFAULT_EMBEDDER
from rag.settings import Settings
from rag.store.folder.indexes import Indexes
from rag.store.folder.store import Store
from rag.store.identity import article_id, content_hash, signature
from rag.store.types import EmbedderIdentity, Prepared
from rag.types import Article, Chunk, Passage

# Passages embedded, and how often; prompts, and the passages in each, which make 300 to 400
# tokens; and tokens written after each prompt.
_PASSAGES, _TURNS = 256, 3
_PROMPTS, _IN_PROMPT, _WRITTEN = 6, 2, 64

Speak = Callable[[Sequence[Message]], Iterable[str]]
Embed = Callable[[Sequence[str]], Vectors]


def main() -> None:
    """Do the job on the command line and print what was measured."""
    job = Job(**json.loads(sys.argv[1]))
    measured = {"stages": stages, "embedding": embedding, "generation": generation}[job.stage](job)
    versions = {name: version(name) for name in job.packages}
    dtype = str(compute_dtype()).removeprefix("torch.")
    say({"event": "done", "versions": versions, "number_type": dtype, **measured})


def stages(job: Job) -> dict[str, Any]:
    """Return the seconds of each stage of an ingest; the stages run one after the other."""
    return time_stages(
        Path(job.articles),
        folder=Path(job.folder),
        embedder=TransformerEmbedder.load(DEFAULT_EMBEDDER),
        chunk_tokens=job.chunk_tokens,
    )


def embedding(job: Job) -> dict[str, Any]:
    """Compare the embedder with the plain loop of sentence-transformers in float32."""
    from sentence_transformers import SentenceTransformer

    embedder = TransformerEmbedder.load(DEFAULT_EMBEDDER)
    plain = SentenceTransformer(job.embedder, model_kwargs={"dtype": "float32"})

    def encode(texts: Sequence[str]) -> Vectors:
        found = plain.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, np.float32)

    texts = [text for _, text in _passages(job, embedder)][:_PASSAGES]
    tokens = float(np.mean(embedder.count_tokens(texts)))
    return {"tokens": tokens, **compare_embedding(embedder.embed_passages, encode, texts)}


def generation(job: Job) -> dict[str, Any]:
    """Compare the generator with plain `model.generate` in float32, on the same prompts."""
    generator = load_generator(BASE_GENERATOR)
    asked = json.loads(Path(job.questions).read_text(encoding="utf-8"))[:_PROMPTS]
    passages = [
        Passage(article.title, text)
        for article, text in _passages(job, TransformerEmbedder.load(DEFAULT_EMBEDDER))
    ]
    built = [
        prompts.build(question, passages[number * _IN_PROMPT : (number + 1) * _IN_PROMPT])
        for number, question in enumerate(asked)
    ]

    def speak(messages: Sequence[Message]) -> Iterable[str]:
        return generator.stream(messages, max_new_tokens=_WRITTEN)

    return compare_generation(speak, _plain_generator(job.generator), built, generator=generator)


def time_stages(
    file: Path, *, folder: Path, embedder: Embedder, chunk_tokens: int
) -> dict[str, Any]:
    """Return the seconds that each stage takes for the articles in `file`.

    A database and its indexes are made in `folder`.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started

    with timed("reading"):
        articles = list(sources.read([file]))
    with timed("comparing"):
        known = [(content_hash(article), signature(article.text)) for article in articles]
    with timed("chunking"):
        chunked = [_chunk(article, embedder, chunk_tokens) for article in articles]
    store = Store.create(folder / "archive.sqlite")
    tokens = min(chunk_tokens, embedder.max_tokens)
    store.set_embedder(EmbedderIdentity(embedder.id, embedder.checksum, embedder.dimension, tokens))
    batch = Settings().batch_articles
    for start in range(0, len(articles), batch):
        part = slice(start, start + batch)
        with timed("embedding"):
            vectors = _embed(articles[part], chunked[part], embedder)
        with timed("writing"):
            store.write(
                Prepared(article, hash_, sketch, chunks, own)
                for article, (hash_, sketch), chunks, own in zip(
                    articles[part], known[part], chunked[part], vectors, strict=True
                )
            )
    with timed("indexing"):
        Indexes.rebuild(folder, store, settings=Settings().index)
    store.close()
    return {"seconds": seconds, "chunks": sum(map(len, chunked))}


def _embed(
    articles: Sequence[Article], chunked: Sequence[Sequence[Chunk]], embedder: Embedder
) -> list[Vectors]:
    """Return the vectors of each article's chunks, all embedded together."""
    pairs = zip(articles, chunked, strict=True)
    vectors = embedder.embed_passages(
        [_with_title(article, chunk) for article, chunks in pairs for chunk in chunks]
    )
    ends = np.cumsum([len(chunks) for chunks in chunked])
    return np.split(vectors, ends[:-1])


def compare_embedding(ours: Embed, plain: Embed, texts: Sequence[str]) -> dict[str, Any]:
    """Time two embedders in turn, and compare their unit vectors by cosine."""
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    vectors = {}
    for embed in (ours, plain):
        embed(texts[:8])
    for _ in range(_TURNS):
        for name, embed in (("ours", ours), ("plain", plain)):
            started = time.perf_counter()
            vectors[name] = embed(texts)
            seconds[name].append(time.perf_counter() - started)
    cosines = (vectors["ours"] * vectors["plain"]).sum(axis=1)
    return {
        "passages": len(texts),
        "seconds": seconds,
        "cosine": float(cosines.mean()),
        "least_cosine": float(cosines.min()),
    }


def compare_generation(
    ours: Speak, plain: Speak, asked: Sequence[Sequence[Message]], *, generator: Generator
) -> dict[str, Any]:
    """Time two generators in turn; a first prompt warms both up and does not count."""
    written: dict[str, list[dict[str, Any]]] = {"ours": [], "plain": []}
    for messages in asked:
        for name, speak in (("ours", ours), ("plain", plain)):
            written[name].append(_spoken(speak(messages), generator))
    counted = {name: texts[1:] for name, texts in written.items()}
    pairs = zip(counted["ours"], counted["plain"], strict=True)
    return {
        "prompt_tokens": float(
            np.mean([sum(generator.count_tokens(m.content) for m in item) for item in asked])
        ),
        "written": counted,
        "same": sum(one["text"] == other["text"] for one, other in pairs),
    }


def _spoken(pieces: Iterable[str], generator: Generator) -> dict[str, Any]:
    started = time.perf_counter()
    first, text = 0.0, ""
    for piece in pieces:
        if piece and not text:
            first = time.perf_counter() - started
        text += piece
    total = time.perf_counter() - started
    tokens = generator.count_tokens(text)
    return {"text": text, "tokens": tokens, "first_text": first, "total": total}


def _plain_generator(folder: str) -> Speak:
    """Return `model.generate` as the documentation of transformers has it, in float32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, TextIteratorStreamer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    def speak(messages: Sequence[Message]) -> Iterator[str]:
        chat = [{"role": message.role, "content": message.content} for message in messages]
        prompt = tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        options = {"max_new_tokens": _WRITTEN, "do_sample": False, "streamer": streamer}
        work = Thread(target=model.generate, kwargs={**prompt, **options})
        work.start()
        yield from streamer
        work.join()

    return speak


def _passages(job: Job, embedder: Embedder) -> Iterator[tuple[Article, str]]:
    """Yield the passages of the articles with the titles that the embedder reads."""
    for article in sources.read([Path(job.articles)]):
        for chunk in _chunk(article, embedder, job.chunk_tokens):
            yield article, _with_title(article, chunk)


def _with_title(article: Article, chunk: Chunk) -> str:
    return f"{article.title}\n{chunk.text}" if article.title else chunk.text


def _chunk(article: Article, embedder: Embedder, tokens: int) -> list[Chunk]:
    return chunk_article(
        article,
        article_id=article_id(article),
        count_tokens=embedder.count_tokens,
        max_tokens=min(tokens, embedder.max_tokens),
    )


if __name__ == "__main__":
    main()
