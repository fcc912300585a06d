"""A PostgreSQL of one's own, as durable as it comes, if its binaries are found."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.programs import wait_until


def binaries() -> Path | None:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """The address of an empty database."""
    found = binaries()
    assert found, "PostgreSQL is not installed"
    # A socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="zoom-bridge-pg-", dir="/tmp"))
    who = _somebody_else(folder) if os.geteuid() == 0 else {}
    data = folder / "data"
    try:
        with (folder / "log").open("wb") as log:
            out = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "cwd": folder, **who}
            initdb = [found / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale"]
            subprocess.run(initdb, check=True, **out)
            options = ["-c", "listen_addresses=", "-k", folder]
            server = subprocess.Popen([found / "postgres", "-D", data, *options], **out)
        try:
            status = data / "postmaster.pid"
            wait_until(lambda: status.exists() and "ready" in status.read_text(), "PostgreSQL")
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody_else(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
