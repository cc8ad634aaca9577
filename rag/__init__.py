"""Dateline: ask a news archive, get answers you can check."""
