"""Turn what editors and databases keep as trees into plain values.

Editors of web sites keep a text as nodes of nodes: ProseMirror, Lexical, Slate, Quill, Draft.js,
Editor.js, Sanity and Notion each in their own names. Telegram keeps one as a list of runs, and
DynamoDB names the type of every value.
"""

from __future__ import annotations

from typing import Any

from rag.sources.tables.columns import known_columns

_DEEPEST = 60
_CHILDREN = ("children", "content")
_BREAKS = frozenset({"hardBreak", "linebreak", "hard_break", "break"})
_LINKS = frozenset({"link", "autolink", "image"})
_TYPED = frozenset({"S", "N", "BOOL", "L", "M", "SS", "NS", "NULL"})


def plainly(value: Any, *, depth: int = 0) -> Any:
    """Return a value of JSON with every such tree as its text."""
    if depth > _DEEPEST or not isinstance(value, dict | list):
        return value
    if text := _text_of(value):
        return text
    if isinstance(value, list):
        return [plainly(item, depth=depth + 1) for item in value]
    if len(value) == 1 and (typed := next(iter(value))) in _TYPED:
        return plainly(value[typed], depth=depth + 1)
    return {key: plainly(item, depth=depth + 1) for key, item in value.items()}


def _text_of(value: dict[str, Any] | list[Any]) -> str:
    """Return the text that a value is in the form of an editor; blank if it is none."""
    if isinstance(value, list):
        return _runs(value) or _notion(value) or _tree(value)
    if isinstance(ops := value.get("ops"), list):  # Quill
        runs = [op.get("insert") for op in ops if isinstance(op, dict)]
        return "".join(run for run in runs if isinstance(run, str)).strip()
    if isinstance(blocks := value.get("blocks"), list):  # Draft.js, Editor.js
        return "\n\n".join(filter(None, map(_block, blocks)))
    root = value.get("root", value)
    is_root = root is not value or value.get("type") in ("doc", "root")
    nodes = _children(root) if is_root else None
    return _tree(nodes) if nodes else ""


def _runs(value: list[Any]) -> str:
    """Return the words of runs, some marked as bold or as a link, some bare."""
    runs = [item.get("text") if isinstance(item, dict) else item for item in value]
    mixed = any(isinstance(item, dict) for item in value) and any(
        isinstance(item, str) for item in value
    )
    if not mixed or not all(isinstance(run, str) for run in runs):
        return ""
    return "".join(map(str, runs)).strip()


def _block(block: Any) -> str:
    if not isinstance(block, dict):
        return ""
    inner = block.get("data")
    text = inner.get("text") if isinstance(inner, dict) else None
    said = text if text is not None else block.get("text")
    return said.strip() if isinstance(said, str) else ""


def _notion(value: list[Any]) -> str:
    """Return the text of blocks as Notion's interface gives them; blank if they are none."""
    if not value or not all(isinstance(b, dict) and b.get("object") == "block" for b in value):
        return ""
    inner = (block.get(block.get("type", "")) for block in value)
    runs = (part.get("rich_text") for part in inner if isinstance(part, dict))
    texts = ("".join(str(run.get("plain_text", "")) for run in found or ()) for found in runs)
    return "\n\n".join(filter(None, texts))


def _tree(nodes: list[Any]) -> str:
    """Return the text of nodes that hold nodes, down to words; blank if they are anything else."""
    if not nodes or not all(map(_is_node, nodes)) or not any(map(_children, nodes)):
        return ""
    return "\n\n".join(text for node in nodes if (text := _node_text(node)))


def _is_node(node: Any, *, depth: int = 0) -> bool:
    """Return whether a value is a node of a text: words, or nodes, or a picture of its own type."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return False
    inner = _children(node)
    if _is_article(node):
        return False
    if inner is None:
        return isinstance(node.get("text"), str) or bool(_type(node))
    return all(_is_node(child, depth=depth + 1) for child in inner)


def _is_article(node: dict[str, Any]) -> bool:
    """Return whether an object says who wrote it and when, as no part of a text does."""
    found = known_columns(map(str, node))
    titled = bool(found["title"]) and _type(node) not in _LINKS
    return titled or any(found[field] for field in ("date", "author", "publisher"))


def _node_text(node: dict[str, Any]) -> str:
    inner = _children(node)
    if inner is None:
        return "\n" if _type(node) in _BREAKS else str(node.get("text") or "")
    apart = "\n\n" if any(map(_children, inner)) and not any(map(_is_run, inner)) else ""
    return apart.join(text for child in inner if (text := _node_text(child)))


def _is_run(node: dict[str, Any]) -> bool:
    return isinstance(node.get("text"), str)


def _type(node: dict[str, Any]) -> str:
    return str(node.get("type") or node.get("_type") or "")


def _children(node: Any) -> list[Any] | None:
    """Return the nodes inside a node; None if it has none."""
    found = (node.get(name) for name in _CHILDREN) if isinstance(node, dict) else ()
    return next((inner for inner in found if isinstance(inner, list)), None)
