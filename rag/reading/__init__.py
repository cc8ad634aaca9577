"""Reading: a question and passages come in, spans with their log-odds come out.

`base` is the seam, `encoder` the reader that ships, `remote` one behind the addresses of servers.
The encoder turns question and passage into tokens (`pairs`), runs the network (`network`) and
takes the likeliest spans (`spans`). `load` tells by a name which of them is meant. `shared` reads
for several questions at once.
"""

from rag.reading.base import Asked, Candidate, Reader, Reading, proposed
from rag.reading.encoder import EncoderReader
from rag.reading.load import load_reader

__all__ = ["Asked", "Candidate", "EncoderReader", "Reader", "Reading", "load_reader", "proposed"]
