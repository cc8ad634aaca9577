"""The chat page: ask an archive in the browser, see the passages each answer rests on."""

import os

# Read by Gradio when it is imported, which the modules of this package do.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
