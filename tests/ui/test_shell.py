"""The shell is in every page, before what Gradio draws, and nowhere else."""

from __future__ import annotations

import asyncio
from importlib.resources import files

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.routing import Route

from ui.web.common.shell import Shell

PAGE = (
    "<head><script>window.gradio_config = {}</script>"
    '<script type="module" crossorigin src="./assets/index-1.js"></script>'
    '<link rel="stylesheet" crossorigin href="./assets/index-1.css"></head>'
    "<body><gradio-app></gradio-app></body>"
)
LOGIN = PAGE.replace("{}", '{"auth_required": true}')


def served(path, page=PAGE):
    async def whole(_request):
        return HTMLResponse(page)

    async def pieces(_request):
        return StreamingResponse(iter([page[:40], page[40:]]), media_type="text/plain")

    routes = [Route("/", whole), Route("/archive", whole), Route("/assets/x", pieces)]
    app = Starlette(routes=routes, middleware=[Middleware(Shell)])

    async def get():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path)

    return asyncio.run(get())


@pytest.mark.parametrize(("path", "box"), [("/", True), ("/archive", False)])
def test_it_stands_before_all_that_the_browser_would_wait_for(path, box):
    answer = served(path)
    assert answer.text.index('id="dl-shell"') < answer.text.index("<gradio-app")
    # Not waited for, and still before the styles that come later.
    late = """href="./assets/index-1.css" media="print" onload="this.media='all'">"""
    assert late in answer.text
    assert answer.text.index("index-1.css") < answer.text.index("</head>")
    assert '<script type="module"' not in answer.text
    assert '<link rel="modulepreload" crossorigin href="./assets/index-1.js">' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert ("Ask about the articles" in answer.text) is box


@pytest.mark.parametrize(("path", "page"), [("/", LOGIN), ("/assets/x", PAGE)])
def test_what_is_no_page_of_ours_stays_as_it_is(path, page):
    assert served(path, page).text == page


def test_gradios_own_page_is_as_the_shell_takes_it():
    page = files("gradio").joinpath("templates/frontend/index.html").read_text(encoding="utf-8")
    text = served("/", page).text
    assert 'id="dl-shell"' in text
    assert '<script type="module"' not in text
    assert '.css" media="print" onload=' in text
    assert text.index('id="dl-shell"') < text.index("<gradio-app")
