"""An archive on a Milvus server, for what one machine does not hold.

Start with `storage`, which is the seam's other side. `place` says where an archive lies,
`schema` what its three collections hold, `rows` how an article becomes rows of them, `client`
speaks to the server, and `writing`, `records`, `catalog` and `searching` do what they are called.
"""
