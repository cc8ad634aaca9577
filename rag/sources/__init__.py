"""Files, folders and addresses in, clean articles out.

Start with `read`, which finds out what something is (`files`, `addresses`) and hands it to the
reader of its format: `documents`, `tables`, `feeds`, `web`, `exports`, `catalogues` or, for text
saved from pages, `dumps`. All of them build articles with `fields`, and read dates with `dates`.
`apart` does the reading in a separate process, within limits.
"""

from rag.sources.read import places, read

__all__ = ["places", "read"]
