"""Starts the house's commands as processes of their own, waits for what they do, and stops every one of them.

What they say is kept in files, and shown when a test fails. Waiting is always for something: it looks often, and
gives a slow machine much time."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("zoom-bridge")

#: A process that was asked to stop has so long.
STOPS_WITHIN = 30.0
#: What takes longer has failed, on the slowest machine.
PATIENCE = 90.0
LOOK_EVERY = 0.05

LOOPBACK = "127.0.0.1"
#: Below the ports that outgoing connections get, so that nobody takes one between our look and our use of it. Each
#: worker of xdist has its own.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = range(22_000 + _WORKER % 20, 32_000, 20)
_given_out: set[int] = set()

T = TypeVar("T")


def free_port() -> int:
    """A port that nobody listens on; never the same one twice."""
    for port in random.sample(_PORTS, len(_PORTS)):
        if port in _given_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        _given_out.add(port)
        return port
    raise AssertionError("no port is free")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


class Running:
    """One process, and what it has said so far."""

    def __init__(self, name: str, command: list[str], folder: Path, environ: Mapping[str, str]) -> None:
        self.name = name
        self.folder = folder
        self._out, self._err = folder / f"{name}.out", folder / f"{name}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            # A session of its own: Ctrl-C at the tests is not for it, and all of its children can be found.
            self.popen = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    @property
    def said(self) -> str:
        return self._out.read_text(errors="replace")

    @property
    def complained(self) -> str:
        return self._err.read_text(errors="replace")

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in listed.read_text().split()] if self.alive else []

    def wait(self, within: float = PATIENCE) -> int:
        """Until it ends by itself; its exit code, negative when a signal ended it."""
        try:
            return self.popen.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {within} s\n{self.report()}") from None

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = STOPS_WITHIN) -> int:
        if self.alive:
            self.popen.send_signal(number)
        return self.wait(within)

    def kill(self) -> None:
        """With all its children, as when the power fails."""
        for pid in [self.pid, *self.children()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.wait()

    def report(self) -> str:
        state = "runs" if self.alive else f"ended with {self.popen.returncode}"
        return f"--- {self.name} ({state}) said:\n{self.said}\n--- and complained:\n{self.complained}"


class Processes:
    """All processes of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: list[Running] = []

    def start(self, name: str, *arguments: object, **environ: str) -> Running:
        """A command of ours: `start("web-1", "serve", "--config", path, ZOOM_BRIDGE__WEB__PORT="8001")`."""
        return self._start(name, [str(COMMAND), *map(str, arguments)], environ)

    def start_script(self, name: str, script: Path, *arguments: object) -> Running:
        return self._start(name, [sys.executable, str(script), *map(str, arguments)], {})

    def run(self, name: str, *arguments: object, **environ: str) -> Running:
        """A command that ends by itself."""
        running = self.start(name, *arguments, **environ)
        running.wait()
        return running

    def wait_until(self, condition: Callable[[], T], what: str, within: float = PATIENCE) -> T:
        """What the condition gave when it first held. Fails at once when a process has died meanwhile."""
        standing = [running for running in self.all if running.alive]
        deadline = time.monotonic() + within
        while not (held := condition()):
            dead = [running for running in standing if not running.alive]
            assert not dead, f"while waiting for {what}, this ended:\n" + "\n".join(one.report() for one in dead)
            assert time.monotonic() < deadline, f"waited {within} s for {what}"
            time.sleep(LOOK_EVERY)
        return held

    def wait_for_port(self, port: int) -> None:
        self.wait_until(lambda: answers(port), f"port {port} to answer")

    def stop_all(self) -> dict[str, int]:
        """Name → exit code. All are asked at once, then waited for."""
        for running in self.all:
            if running.alive:
                running.popen.terminate()
        deadline = time.monotonic() + STOPS_WITHIN
        return {running.name: running.wait(max(deadline - time.monotonic(), 0.1)) for running in self.all}

    def clear_away(self) -> None:
        """Whatever happened: nothing of ours stays behind, and what was said is shown to who reads the failure."""
        for running in self.all:
            if running.alive:
                running.kill()
            print(running.report())

    def _start(self, name: str, command: list[str], environ: Mapping[str, str]) -> Running:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ZOOM_BRIDGE")}
        # The house that is tested is the one this test belongs to.
        kept["PYTHONPATH"] = str(ROOT)
        running = Running(name, command, self.folder, kept | environ)
        self.all.append(running)
        return running


def write_config(folder: Path, database_url: str, *, web_port: int, zoom_port: int, smtp_port: int) -> Path:
    """A configuration as an operator would write it, with a pretend Zoom and a mail catcher beside it."""
    path = folder / "config.toml"
    path.write_text(
        f"""
[web]
base_url = "http://{LOOPBACK}:{web_port}"
secret_key = "a secret of the stories, long enough for everybody"
port = {web_port}

[database]
url = "{database_url}"

[zoom]
oauth_url = "http://{LOOPBACK}:{zoom_port}"
api_url = "http://{LOOPBACK}:{zoom_port}/v2"
account_id = "account"
client_id = "client"
client_secret = "client-secret"
webhook_secret = "webhook-secret"
host = "webinar-1@example.org"

[mail]
host = "{LOOPBACK}"
port = {smtp_port}
security = "none"
sender = "events@example.org"
connections = 2
""",
        encoding="utf-8",
    )
    return path
