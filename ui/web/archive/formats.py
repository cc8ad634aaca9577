"""What can be added to an archive, in words."""

FORMATS = (
    "Text dumps, Markdown, HTML, PDF, Word, JSON, CSV, Parquet, feeds, and ZIP archives of these."
)
