"""A question and an archive in, an answer with its sources out.

`pipeline` holds `answer` and `stream`; read it from the top, it calls the other modules in
their order.
"""
