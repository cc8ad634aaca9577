"""Those who ask: programs, and pages that do what a browser does when its server ends."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import httpx

# Seconds in which a page must have its answer, whatever becomes of a server meanwhile.
PATIENCE = 90
_REOPENS, _ASKS = "dateline.current()", "dateline.asked()"


class Program:
    """A client of the web API. It asks once: what is asked again, the proxy asks."""

    def __init__(self, address: str, key: str) -> None:
        bearer = {"authorization": f"Bearer {key}"}
        self._web = httpx.Client(base_url=address, headers=bearer, timeout=PATIENCE)

    def ask(self, question: str) -> str:
        reply = self._web.post("/v1/answer", json={"question": question})
        reply.raise_for_status()
        return str(reply.json()["text"])


class Page:
    """An open page of a user who has logged in, with the browser's own copy of the conversation."""

    def __init__(self, address: str, user: str, password: str) -> None:
        # Like a browser, which waits for as long as the connection stands.
        self._web = httpx.Client(base_url=address, timeout=PATIENCE)
        self.record: dict[str, Any] | None = None
        self.reloads = 0
        form = {"name": user, "password": password, "next": "/"}
        assert self._web.post("/login", data=form).status_code == 303
        self._load()

    def ask(self, question: str) -> None:
        """Ask until it is answered, as the page does that is loaded anew meanwhile.

        The question keeps its key, and is not asked again when the page comes back with its answer.
        """
        end, wish = time.monotonic() + PATIENCE, {"question": question, "key": uuid4().hex}
        while time.monotonic() < end:
            try:
                self._keep(self._call(_ASKS, wish, None))
                return
            except (httpx.HTTPError, BrokenError):
                time.sleep(0.5)
                self._reload(end)
            if self.record and any(item["key"] == wish["key"] for item in self.record["answers"]):
                return
        raise TimeoutError(question)

    def _reload(self, end: float) -> None:
        self.reloads += 1
        while time.monotonic() < end:
            try:
                self._load()
            except (httpx.HTTPError, BrokenError):
                time.sleep(0.5)
            else:
                return

    def _load(self) -> None:
        """Open the page with a number of its own, and bring back what the browser kept."""
        self._session = uuid4().hex[:12]
        reply = self._web.get("/config")
        if reply.status_code != 200:
            raise BrokenError
        found = reply.json()["dependencies"]
        self._index = {
            sign: next(each["id"] for each in found if sign in str(each.get("js")))
            for sign in (_REOPENS, _ASKS)
        }
        if self.record:
            self._keep(self._call(_REOPENS, self.record, None))

    def _keep(self, outputs: list[Any]) -> None:
        record = outputs[-1]
        if isinstance(record, dict) and "answers" in record:
            self.record = record

    def _call(self, sign: str, *data: Any) -> list[Any]:
        """Return the last outputs of an event."""
        wish = {"data": data, "fn_index": self._index[sign], "session_hash": self._session}
        joined = self._web.post("/gradio_api/queue/join", json=wish)
        if joined.status_code != 200:
            raise BrokenError
        to = {"session_hash": self._session}
        with self._web.stream("GET", "/gradio_api/queue/data", params=to) as events:
            return _last(events)


class BrokenError(Exception):
    """The server has ended, or there is none at the moment."""


def _last(events: httpx.Response) -> list[Any]:
    """Return the last outputs of a stream, which is read to its end as a browser does.

    Gradio takes who leaves before for gone, and drops what the same page has asked since.
    """
    outputs: dict[int, Any] = {}
    completed = False
    try:
        for line in events.iter_lines():
            if not line.startswith("data:"):
                continue
            event = json.loads(line[5:])
            if event["msg"] in ("process_generating", "process_completed"):
                if not event["success"]:
                    raise BrokenError
                # A step may say only what has changed; the last one says all.
                outputs.update(enumerate(event["output"].get("data") or []))
            completed = completed or event["msg"] == "process_completed"
            if event["msg"] in ("unexpected_error", "close_stream"):
                break
    except httpx.HTTPError:
        if not completed:
            raise
    if not completed:
        raise BrokenError
    return [outputs.get(place) for place in range(max(outputs, default=-1) + 1)]
