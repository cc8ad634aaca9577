"""Reading: a question and passages come in, spans with their log-odds come out.

`base` is the seam, `encoder` the reader that ships. It turns question and passage into
tokens (`pairs`), runs the network (`network`) and takes the likeliest spans (`spans`). `shared`
reads for several questions at once.
"""

from rag.reading.base import Asked, Candidate, Reader, Reading
from rag.reading.encoder import EncoderReader, load_reader

__all__ = ["Asked", "Candidate", "EncoderReader", "Reader", "Reading", "load_reader"]
