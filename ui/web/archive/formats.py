"""What can be added to an archive, in words."""

FORMATS = (
    "Text dumps, Markdown, HTML, PDF, Word, ODT, RTF, EPUB, JSON, CSV, Excel, Parquet, mail, feeds "
    "and other XML of news, web archives, and ZIP archives of these."
)
