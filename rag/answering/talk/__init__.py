"""Remarks that ask the articles nothing: which they are, and what is said to them."""
