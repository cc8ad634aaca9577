"""Read Parquet files, of which only the columns in use are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import SourceError, extra
from rag.sources.tables.columns import match_columns
from rag.sources.tables.rows import Account, read_rows

if TYPE_CHECKING:
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


def _plain_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose times are in microseconds, the finest that Python's own hold."""
    import pyarrow as pa

    fields = [
        f.with_type(pa.timestamp("us", tz=f.type.tz)) if pa.types.is_timestamp(f.type) else f
        for f in batch.schema
    ]
    return batch.cast(pa.schema(fields), safe=False)
