"""Text in, unit vectors out.

`embedder` holds the protocol that all other rooms are written against, and the model behind
it; `remote` is one behind the addresses of servers.
"""
