"""Measure building, opening, searching and changing an archive as it grows.

`copies` makes archives of each size, `stages` measures them.
Run `python -m eval.bench.scale --archive NAME --questions FILE --out FOLDER`; what is already in
the folder is not measured again.
"""
