"""The chat page.

`page` lays it out and connects it; start there. `conversation` is what is said on it, `asking`
follows one question to its answer, and `render` turns answers into HTML.
"""
