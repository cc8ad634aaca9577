"""The settings of a run, and where archives lie.

`defaults` has every default with its reason, `file` reads a ``dateline.toml``, and `folders`
finds the folder of an archive by its name. Start with `defaults`.
"""

from rag.settings.defaults import (
    IN_FOLDER,
    AnswerSettings,
    FusionWeights,
    IndexSettings,
    RetrievalSettings,
    Settings,
    StoreSettings,
)
from rag.settings.file import SettingsFile, check_keys
from rag.settings.folders import (
    DATABASE,
    MILVUS_PLACE,
    SHARED_FILE,
    archive_path,
    archives_folder,
    archives_in,
)

__all__ = [
    "DATABASE",
    "IN_FOLDER",
    "MILVUS_PLACE",
    "SHARED_FILE",
    "AnswerSettings",
    "FusionWeights",
    "IndexSettings",
    "RetrievalSettings",
    "Settings",
    "SettingsFile",
    "StoreSettings",
    "archive_path",
    "archives_folder",
    "archives_in",
    "check_keys",
]
