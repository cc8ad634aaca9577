"""What an archive keeps, on disk or on a server.

In: articles cut into chunks, with their vectors. Out: the same by id, and what a search finds.
`base` is the seam that the rooms above see, and `types` has its records. There are two stores
behind it: `folder` on this machine, and `milvus` on a server; `opening` tells which of them an
archive is in. `archives` knows the names of the archives there are, and which of them is used
where none is named. `shared` is what the servers of an installation share.
"""
