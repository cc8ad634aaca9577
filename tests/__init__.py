"""The tests, in rooms like those of the code; `tests/fakes` has everything that stands in."""
