"""Tables and lists of records: rows with named columns, one article each."""
