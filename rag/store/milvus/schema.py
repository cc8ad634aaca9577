"""The three collections of an archive: articles, chunks, and the values there are to filter by."""

from __future__ import annotations

from typing import Any

from rag.store.milvus.client import Client
from rag.store.milvus.place import Place, is_file

# The longest text that a field holds, in bytes.
LONGEST = 65_535
# Of a digest in hexadecimal digits.
DIGEST = 64
# Numbers of a MinHash signature, and of its bands.
_SIGNATURE, _BANDS = 120, 20
# As tantivy has them.
_BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}


def make_articles(client: Client, place: Place) -> None:
    """Make the collection of articles.

    One takes several rows when its text is longer than a field; `part` counts them, and the
    first has what is told of the whole. `article` is a part of the article as JSON, `words`
    of its stems, and `bm25` what Milvus makes of them. Times are told in `day`, YYYYMMDD, 0 when
    undated, and `added`, nanoseconds since 1970.
    """
    _, kinds = _library()
    schema = _schema()
    for name in ("key", "version", "root", "publisher"):
        schema.add_field(name, kinds.VARCHAR, max_length=DIGEST)
    for name in ("id", "title", "name", "language", "article"):
        schema.add_field(name, kinds.VARCHAR, max_length=LONGEST)
    for name in ("part", "day", "added", "chunks"):
        schema.add_field(name, kinds.INT64)
    for name, most in (("signature", _SIGNATURE), ("bands", _BANDS)):
        schema.add_field(name, kinds.ARRAY, element_type=kinds.INT64, max_capacity=most)
    _add_words(schema)
    lists = () if is_file(client.uri) else ("bands",)
    _make(
        client,
        place.articles,
        schema,
        scalars=("key", "root", "id", "day", "publisher", "name", "language", "part", *lists),
        vectors={"bm25": _WORDS},
        shards=place.shards,
    )


def make_chunks(client: Client, place: Place, *, dimension: int) -> None:
    """Make the collection of chunks; `version` is that of the article they were cut from."""
    _, kinds = _library()
    schema = _schema()
    for name in ("key", "version", "publisher"):
        schema.add_field(name, kinds.VARCHAR, max_length=DIGEST)
    for name in ("position", "start", "end", "day"):
        schema.add_field(name, kinds.INT64)
    _add_words(schema)
    schema.add_field("vector", kinds.FLOAT_VECTOR, dim=dimension)
    nearest = {"index_type": "AUTOINDEX", "metric_type": "IP"}
    _make(
        client,
        place.chunks,
        schema,
        scalars=("key", "day", "publisher"),
        vectors={"bm25": _WORDS, "vector": nearest},
        shards=place.shards,
    )


def make_values(client: Client, place: Place) -> None:
    """Make the collection of values by their kinds; Milvus wants a vector in each collection."""
    _, kinds = _library()
    schema = _schema()
    schema.add_field("kind", kinds.VARCHAR, max_length=DIGEST)
    schema.add_field("value", kinds.VARCHAR, max_length=LONGEST)
    schema.add_field("nothing", kinds.FLOAT_VECTOR, dim=2)
    flat = {"index_type": "FLAT", "metric_type": "IP"}
    _make(client, place.values, schema, scalars=("kind",), vectors={"nothing": flat})


_WORDS: dict[str, Any] = {
    "index_type": "SPARSE_INVERTED_INDEX",
    "metric_type": "BM25",
    "params": _BM25,
}


def _schema() -> Any:
    client, kinds = _library()
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("pk", kinds.VARCHAR, max_length=2 * DIGEST, is_primary=True)
    return schema


def _add_words(schema: Any) -> None:
    """Add a field of stems, and what Milvus's BM25 makes of it."""
    from pymilvus import Function, FunctionType

    _, kinds = _library()
    # The words are stems already, so that Milvus has only to take them apart.
    analysis = {"tokenizer": "standard"}
    schema.add_field(
        "words",
        kinds.VARCHAR,
        max_length=LONGEST,
        enable_analyzer=True,
        analyzer_params=analysis,
    )
    schema.add_field("bm25", kinds.SPARSE_FLOAT_VECTOR)
    function = Function(
        name="bm25_of_words",
        function_type=FunctionType.BM25,
        input_field_names=["words"],
        output_field_names=["bm25"],
    )
    schema.add_function(function)


def _make(
    client: Client,
    name: str,
    schema: Any,
    *,
    scalars: tuple[str, ...],
    vectors: dict[str, dict[str, Any]],
    shards: int = 1,
) -> None:
    indexes = client.library.prepare_index_params()
    for field, index in vectors.items():
        indexes.add_index(field, **index)
    for field in scalars:
        indexes.add_index(field, index_type="INVERTED")
    with client.told():
        # A process sees at once what it has written itself, others a moment later.
        client.library.create_collection(
            name, schema=schema, num_shards=shards, consistency_level="Session"
        )
        # There is nothing in them that one would have to wait for.
        client.library.create_index(name, indexes, sync=False)
        client.library.load_collection(name)


def _library() -> tuple[Any, Any]:
    from pymilvus import DataType, MilvusClient

    return MilvusClient, DataType
