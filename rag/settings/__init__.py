"""The settings of a run, and where archives lie.

`defaults` has every default with its reason, `file` reads a ``dateline.toml``, `limits` takes
limits from elsewhere, `values` checks what is read, and `folders` finds the folder of an archive
by its name. Start with `defaults`.
"""

from rag.settings.defaults import (
    IN_FOLDER,
    AnswerSettings,
    FusionWeights,
    IndexSettings,
    RetrievalSettings,
    ServerLimits,
    Settings,
    StoreSettings,
    Timeouts,
)
from rag.settings.file import SettingsFile
from rag.settings.folders import (
    DATABASE,
    MILVUS_PLACE,
    SHARED_FILE,
    archive_path,
    archives_folder,
    archives_in,
)
from rag.settings.limits import with_limits
from rag.settings.values import check_keys

__all__ = [
    "DATABASE",
    "IN_FOLDER",
    "MILVUS_PLACE",
    "SHARED_FILE",
    "AnswerSettings",
    "FusionWeights",
    "IndexSettings",
    "RetrievalSettings",
    "ServerLimits",
    "Settings",
    "SettingsFile",
    "StoreSettings",
    "Timeouts",
    "archive_path",
    "archives_folder",
    "archives_in",
    "check_keys",
    "with_limits",
]
