"""Feeds of news aggregators: the paper's own address, title and name."""

from __future__ import annotations

import base64

import pytest

from rag.sources.feeds.aggregators import unwrapped
from rag.sources.feeds.syndicated import read_feed
from rag.types import Article

OWN = "https://paper.example/a?id=1"
PACKED = base64.urlsafe_b64encode(b"\x08\x13\x22\x1c" + OWN.encode() + b"\xd2\x01\x00").decode()


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://www.google.com/url?rct=j&url=https://paper.example/a%3Fid%3D1&ct=ga", OWN),
        ("http://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fpaper.example%2fa%3fid%3d1",
         OWN),
        (f"https://news.google.com/rss/articles/{PACKED.rstrip('=')}?oc=5", OWN),
        ("https://news.google.com/rss/articles/AAAA?oc=5",
         "https://news.google.com/rss/articles/AAAA?oc=5"),
        ("https://www.google.com/url?url=javascript:x", "https://www.google.com/url?url=javascript:x"),
        (OWN, OWN),
        (None, None),
    ],
)  # fmt: skip
def test_unwrapped(link: str | None, expected: str | None) -> None:
    assert unwrapped(link) == expected


def entry(feed: str, title: str, link: str, more: str = "") -> Article:
    """Return the article of an RSS feed of one entry."""
    item = f"<title>{title}</title><link>{link.replace('&', '&amp;')}</link>{more}"
    text = "<description>The ferry sailed again on Monday, the office said.</description>"
    news = "xmlns:News='https://www.bing.com/news/search'"
    channel = f"<channel><title>{feed}</title><item>{item}{text}</item></channel>"
    rss = f"<rss version='2.0' {news}>{channel}</rss>"
    [found] = read_feed(rss.encode(), source="x.xml")
    assert isinstance(found, Article)
    return found


def test_an_alert_has_the_host_of_its_own_address_as_publisher() -> None:
    link = "https://www.google.com/url?rct=j&sa=t&url=https://paper.example/a%3Fid%3D1&ct=ga"
    found = entry("Google Alert - ferry", "Ferry &lt;b&gt;sails&lt;/b&gt; again", link)
    assert (found.title, found.url, found.publisher) == ("Ferry sails again", OWN, "paper.example")


def test_google_news_names_the_paper_in_its_source() -> None:
    source = "<source url='https://paper.example'>Vale Post</source>"
    link = "https://news.google.com/rss/articles/AAAA?oc=5"
    found = entry("ferry - Google News", "Ferry sails again - Vale Post", link, source)
    assert (found.title, found.publisher) == ("Ferry sails again", "Vale Post")


def test_bing_names_the_paper_in_an_element_of_its_own() -> None:
    link = (
        "http://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fpaper.example%2fa%3fid%3d1"
    )
    found = entry("ferry - BingNews", "Ferry sails", link, "<News:Source>Vale Post</News:Source>")
    assert (found.url, found.publisher) == (OWN, "Vale Post")


def test_a_papers_own_feed_is_the_publisher() -> None:
    found = entry("Vale Post", "Ferry sails - at last", OWN)
    assert (found.title, found.publisher) == ("Ferry sails - at last", "Vale Post")
