"""The floor, set up to be measured beside ours."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.programs import Program, free_port, running


@dataclass(frozen=True)
class Floor:
    folder: Path
    port: int
    secret: str
    mail_port: int = 0
    writer: str = "each"

    @contextlib.contextmanager
    def serving(self) -> Iterator[Program]:
        with running(*self.command(), log=self.folder / "floor.log") as program:
            program.wait_for_page(self.port, "/e/floor")
            yield program

    def command(self) -> list[object]:
        options = {"port": self.port, "database": self.database, "writer": self.writer}
        options |= {"mail-port": self.mail_port, "secret": self.secret}
        return [
            sys.executable,
            "-m",
            "benchmarks.least_service",
            *(f"--{name}={value}" for name, value in options.items()),
        ]

    @property
    def database(self) -> Path:
        return self.folder / "floor.db"


@contextlib.contextmanager
def set_up(mail_port: int = 0, writer: str = "each", secret: str = "") -> Iterator[Floor]:
    with tempfile.TemporaryDirectory(prefix="zoom-bridge-floor-") as folder:
        yield Floor(Path(folder), free_port(), secret, mail_port, writer)
