"""A process with its models loaded answers for commands, which need not load them.

`rag chat`, `rag serve` and `rag watch` listen at a socket in the archive's folder, which only its
owner may use; `rag ask` and `rag search` look for it there. What passes through it are the records
of `rag.types`, as JSON over HTTP.
"""

# In the archive's folder.
SOCKET = "warm.sock"
