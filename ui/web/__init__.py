"""The pages in the browser: ask an archive, see the passages that each answer rests on."""

import os

# Read by Gradio when it is imported, which the modules of this package do.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
