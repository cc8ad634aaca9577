"""What an archive keeps, on disk or on a server.

In: articles cut into chunks, with their vectors. Out: the same by id, and what a search finds.
`base` is the seam that the rooms above see. In a folder of this machine, `folder` opens and
locks it, `store` is the database of articles and chunks, and `indexes` is what is derived from
it and can be rebuilt. `archives` knows the names of the archives there are, and which of them
is used where none is named.
"""
