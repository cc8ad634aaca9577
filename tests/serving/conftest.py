"""The browser of the tests of the pages."""

from tests.ui.conftest import browser

__all__ = ["browser"]
