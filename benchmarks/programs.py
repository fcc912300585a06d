"""Programs that run beside the measuring: started in a group of their own, and gone when their block ends."""

import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TypeVar

LOOPBACK = "127.0.0.1"

Result = TypeVar("Result")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Program:
    """A command, with its output in a file."""

    def __init__(self, *command: object, log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def end(self, patience: float = 10) -> None:
        """Ask, wait, and make an end of it and of its children."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self.kill()

    def kill(self) -> None:
        """kill -9, the children included."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def wait_for_page(self, port: int, path: str, seconds: float = 60) -> None:
        """Until it answers."""
        deadline = time.monotonic() + seconds
        while not _answers(port, path):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{path} does not answer:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.005)


@contextlib.contextmanager
def running(*command: object, log: Path) -> Iterator[Program]:
    program = Program(*command, log=log)
    try:
        yield program
    finally:
        program.end()


@contextlib.contextmanager
def load() -> Iterator[Callable[..., Any]]:
    """A process for the load, so that measuring does not share an interpreter with anything: load(function, …)."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function, *values: pool.submit(function, *values).result()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def family(pid: int) -> list[int]:
    """The process and everything that descends from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grandchild for child in children for grandchild in family(int(child)))]


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
