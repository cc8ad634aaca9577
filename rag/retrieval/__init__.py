"""A question in, passages of articles out, best first, each with its scores.

Start with `fusion`, which searches both indexes and joins what they find.
"""
