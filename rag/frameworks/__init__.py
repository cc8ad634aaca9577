"""An archive as a retriever of other frameworks: a module for each, which imports it."""
