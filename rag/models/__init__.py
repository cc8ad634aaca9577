"""Where a model comes from: a name in, a checked folder of files out.

A name is a folder, a Python package that carries weights, a model of the Hugging Face hub,
or an adapter of one of these; `registry` has the short ones. Start with `resolving.resolve`.
`servers` asks models that run on other machines.
"""
