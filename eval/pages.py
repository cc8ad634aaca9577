"""Make reports into single HTML pages that need no other file."""

from __future__ import annotations

from typing import Any

import jinja2

_PAGES = jinja2.Environment(loader=jinja2.PackageLoader("eval", ""), autoescape=True)


def render(template: str, **values: Any) -> str:
    """Return the page made from `template`, a file below `eval`, with `values`.

    Values are escaped unless they are `Markup`.
    """
    return _PAGES.get_template(template).render(values)
