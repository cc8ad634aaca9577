"""The commands that train the models: `generator` and `reader`."""
