"""Read news from files, folders and addresses into clean `Article` fields."""

from rag.sources.read import read

__all__ = ["read"]
