"""Articles in, a changed store and a report out.

`run` reads, recognises what is known, cuts, embeds and stores. Start there; `chunks` cuts.
"""
