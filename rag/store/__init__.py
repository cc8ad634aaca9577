"""What an archive keeps on disk.

In: articles cut into chunks, with their vectors. Out: the same by id, and indexes that
follow every change. `folder` opens and locks an archive's folder, `store` is the database
of articles and chunks, and `indexes` is what is derived from it and can be rebuilt.
"""
