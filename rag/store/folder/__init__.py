"""An archive in a folder of this machine: a database, and indexes derived from it.

`storage` opens and locks the folder, `store` is the database of articles and chunks, the only
source of truth, and `indexes` is what is derived from it and can be rebuilt. Start with
`storage`.
"""
