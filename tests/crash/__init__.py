"""Processes killed in the middle of their work, and what must be left of it."""
