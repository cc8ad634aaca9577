"""Read news from files, folders and addresses into clean `Article` fields."""

from rag.sources.read import places, read

__all__ = ["places", "read"]
