"""Copies of a server behind nginx, with the configuration that the docs give."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "how-to" / "several-servers.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
# This machine alone, and yet none of the names that let a visitor in by a token.
HOST = "127.0.0.2"
PATIENCE = 120
_AROUND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {given}
}}
"""


def free_port() -> int:
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Copies:
    """Copies of a server over one archive and one database, and the proxy before them."""

    archive: Path
    database: str
    ports: tuple[int, ...] = field(default_factory=lambda: (free_port(), free_port()))
    proxy_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        # nginx writes long requests to folders in it, as nobody if it was started by root.
        self._folder = Path(tempfile.mkdtemp(prefix="dl-nginx-"))
        self._folder.chmod(0o711)
        self._copies: dict[int, subprocess.Popen[bytes]] = {}
        self._proxy: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.proxy_port}"

    def start(self) -> None:
        for number in range(len(self.ports)):
            self.begin(number)
        path = self._folder / "nginx.conf"
        path.write_text(_AROUND.format(folder=self._folder, given=self._configuration()))
        self._proxy = subprocess.Popen([str(NGINX), "-c", str(path), "-p", str(self._folder)])
        for port in (*self.ports, self.proxy_port):
            self.wait_until_ready(port)

    def begin(self, number: int) -> None:
        """Start a copy, which takes questions some seconds later."""
        port = self.ports[number]
        words = [str(self.archive), self.database, HOST, str(port)]
        self._copies[number] = subprocess.Popen(
            [sys.executable, "-m", "tests.serving.one_copy", *words],
            cwd=ROOT,
            stdout=(self._folder / f"{number}.log").open("ab"),
            stderr=subprocess.STDOUT,
        )

    def kill(self, number: int) -> None:
        """End a copy without a warning."""
        self._copies[number].kill()
        self._copies[number].wait(PATIENCE)

    def wait_until_ready(self, port: int) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if httpx.get(f"http://{HOST}:{port}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise TimeoutError(self.logs())

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in self._folder.glob("*.log"))

    def end(self) -> None:
        for process in (*self._copies.values(), self._proxy):
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _configuration(self) -> str:
        """Return the block in the docs, with these addresses and without the certificate."""
        [given] = re.findall(r"```nginx\n(.*?)```", DOCS.read_text(), re.DOTALL)
        for place, port in zip(("10.0.0.5:7860", "10.0.0.6:7860"), self.ports, strict=True):
            assert place in given
            given = given.replace(place, f"{HOST}:{port}")
        given = given.replace("listen 443 ssl;", f"listen {HOST}:{self.proxy_port};")
        return re.sub(r"ssl_certificate.*", "", given)
