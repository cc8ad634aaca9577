"""Questions with passages in, an adapter out.

For the generator: `examples` reads the questions, `episodes` makes conversations of them,
`sequences` turns these into tokens, and `loop` learns from them. `reader` does the same for the
reader. Start with `loop`.
"""
