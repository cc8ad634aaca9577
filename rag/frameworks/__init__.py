"""Archives and articles for other programs.

A module for each framework makes a retriever of an archive and imports that framework;
`bibliography` writes articles as tables, records and entries.
"""
