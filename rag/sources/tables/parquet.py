"""Read Parquet files, of which only the columns in use are read, and Arrow files (Feather)."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from rag.errors import SourceError, extra
from rag.sources.tables.columns import match_columns
from rag.sources.tables.rows import Account, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from rag.sources.files.handle import File
    from rag.sources.tables.rows import Columns, Found

_BATCH = 256  # rows held at a time


def read_parquet(file: File, *, columns: Columns) -> Found:
    """Yield the articles of a Parquet file; raises `SourceError` without the extra `formats`."""
    with extra("formats", error=SourceError):
        import pyarrow as pa
        import pyarrow.parquet as pq

    with file.seekable() as stream:
        try:
            table = pq.ParquetFile(stream)
            matched = match_columns(table.schema_arrow.names, columns=columns)
            used = list(dict.fromkeys(column for found in matched.values() for column in found))
            batches = table.iter_batches(batch_size=_BATCH, columns=used)
            rows = (row for batch in batches for row in _plain_times(batch).to_pylist())
            yield from read_rows(rows, columns=columns, account=Account(file.name))
        except pa.ArrowException as error:
            raise SourceError(f"is not a readable Parquet file ({error}); save it again") from error


def read_arrow(file: File, *, columns: Columns) -> Found:
    """Yield the articles of an Arrow file or stream, as Feather and Hugging Face write them."""
    with extra("formats", error=SourceError):
        import pyarrow as pa

    with file.seekable() as stream:
        try:
            is_file = stream.read(6) == b"ARROW1"
            stream.seek(0)
            batches = _batches(stream) if is_file else pa.ipc.open_stream(stream)
            rows = (row for batch in batches for row in _rows(batch, columns))
            yield from read_rows(rows, columns=columns, account=Account(file.name))
        except (pa.ArrowException, MemoryError) as error:
            raise SourceError(f"is not a readable Arrow file ({error}); save it again") from error


def _batches(stream: IO[bytes]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    reader = pa.ipc.open_file(stream)
    return (reader.get_batch(number) for number in range(reader.num_record_batches))


def _rows(batch: pa.RecordBatch, columns: Columns) -> Iterator[dict[str, Any]]:
    match_columns(batch.schema.names, columns=columns)
    # A damaged file may name cells that lie outside of it.
    batch.validate(full=True)
    for start in range(0, batch.num_rows, _BATCH):
        yield from _plain_times(batch.slice(start, _BATCH)).to_pylist()


def _plain_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose times are in microseconds, the finest that Python's own hold."""
    import pyarrow as pa

    fields = [
        f.with_type(pa.timestamp("us", tz=f.type.tz)) if pa.types.is_timestamp(f.type) else f
        for f in batch.schema
    ]
    return batch.cast(pa.schema(fields), safe=False)
