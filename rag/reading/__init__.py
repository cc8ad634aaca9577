"""Reading: a question and passages come in, spans with their log-odds come out.

`base` is the seam, `encoder` the reader that ships. It turns question and passage into
tokens (`pairs`), runs the network (`network`) and takes the likeliest spans (`spans`).
"""

from rag.reading.base import Candidate, Reader, Reading
from rag.reading.encoder import EncoderReader, load_reader

__all__ = ["Candidate", "EncoderReader", "Reader", "Reading", "load_reader"]
