"""Measure Dateline on questions with known answers."""
