"""What other programs for research hand on: Zotero's libraries, and collections of documents.

`references` reads CSL JSON and Zotero's own JSON, `zotero` its RDF with the files beside it,
`entities` the FollowTheMoney entities of Aleph, and `datashare` the documents of Datashare.
"""
