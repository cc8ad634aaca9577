"""Training of the reader: records of questions come in, an adapter comes out.

`lessons` reads records and turns them into lessons; `negatives`, with `word_search`, makes
lessons whose passage does not answer; `mix` says what the shipped weights have learnt from;
`loop` trains, and `saving` writes the adapter.
"""
