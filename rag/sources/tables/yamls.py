"""Read YAML: lists of articles, and the front matter of documents."""

from __future__ import annotations

from typing import Any

import yaml

from rag.errors import SourceError
from rag.sources.files.encoding import decode
from rag.sources.text import one_line


class Values(yaml.SafeLoader):  # type: ignore[misc]
    """Reads plain values; only single ones may be repeated by name.

    Lists that name lists that name lists hold more words than any memory.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node."""
        repeated = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if repeated and not isinstance(node, yaml.ScalarNode):
            raise yaml.YAMLError("it repeats a list or an object by its name")
        return node


def values_in(data: bytes) -> Any:
    """Return what a YAML file holds, its documents as a list if there are several."""
    try:
        found = list(yaml.load_all(decode(data), Loader=Values))
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError(f"is not YAML ({one_line(str(error))[:160]})") from error
    return found[0] if len(found) == 1 else found
