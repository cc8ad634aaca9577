"""Articles in, a changed store and a report out.

`run` reads, recognises what is known, cuts, embeds and stores. Begin there; `chunks` cuts, and
`start` decides where the reading is done: here, or on a cluster (`cluster`).
"""
