"""Measurements of speed and size, each run as a module."""
