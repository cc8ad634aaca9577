"""Measure speed and size; each module can be run by itself."""
