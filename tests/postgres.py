"""A private PostgreSQL for the tests: one cluster for a whole test session, shared by the workers of xdist.

A keeper, this file run as a program, makes the cluster in a folder, runs it, and takes both away when it is told
to stop or when the test session it belongs to is gone, however it went. The cluster listens on a socket in that
folder and on nothing else."""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

#: Tells the workers of xdist the folder that the controller chose.
FOLDER = "ZOOM_BRIDGE_TESTS_POSTGRES_FOLDER"

#: Durability is not what is tested. The time zone is one that nobody here expects, so that a slip shows.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "timezone": "Asia/Kolkata",
    "autovacuum": "off",
}


def binaries() -> Path | None:
    """Where initdb and postgres are, if they are installed."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    return next(
        (f for f in [*folders, *newest_first] if (f / "initdb").exists() and (f / "postgres").exists()), None
    )


def choose_folder() -> None:
    """Called once, by the process that began the test session; the folder's name holds its pid."""
    # A socket's path must be short, so a long TMPDIR will not do. Who needs the folder first makes it.
    os.environ[FOLDER] = f"/tmp/zoom-bridge-tests-{os.getpid()}-{secrets.token_hex(6)}"


def database_url(name: str) -> str:
    """The address of an empty database of that name. The first who asks starts the cluster."""
    import psycopg

    folder = Path(os.environ[FOLDER])
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "keeper").exists():
            _start_keeper(folder)
        with psycopg.connect(host=str(folder / "socket"), user="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql+psycopg://postgres@/{name}?host={folder / 'socket'}"


def clear_away() -> None:
    """Called at the end of the test session, by the process that began it."""
    folder = Path(os.environ.pop(FOLDER))
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((folder / "keeper").read_text()), signal.SIGTERM)
        _wait_until(lambda: not folder.exists(), "PostgreSQL to be cleared away")
    shutil.rmtree(folder, ignore_errors=True)


def _start_keeper(folder: Path) -> None:
    keeper = subprocess.Popen([sys.executable, __file__, str(folder)], start_new_session=True)
    (folder / "keeper").write_text(str(keeper.pid))
    # Nobody waits for this child, and Python would remark on that when the test session ends.
    keeper.returncode = 0
    ready = folder / "ready"
    _wait_until(lambda: ready.exists() or not _alive(keeper.pid), "PostgreSQL to start")
    if not ready.exists():
        raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")


def _wait_until(condition: object, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class _Told(Exception):
    """The keeper was told to stop."""


def keep(folder: Path) -> None:
    """The keeper: make the cluster, run it, take it away. When it cannot be made, the folder stays with its log."""
    owner = int(folder.name.split("-")[3])

    def stop(*_: object) -> None:
        raise _Told

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server: subprocess.Popen[bytes] | None = None
    try:
        server = _start_server(folder)
        while _alive(owner) and server.poll() is None:
            time.sleep(0.5)
    except _Told:
        pass
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if server and server.poll() is None:
        server.send_signal(signal.SIGINT)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(folder: Path) -> "subprocess.Popen[bytes]":
    found = binaries()
    assert found, "PostgreSQL is not installed"
    (folder / "socket").mkdir()
    who: dict[str, object] = {"cwd": folder}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.chown(folder / "socket", user.pw_uid, user.pw_gid)
        who |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with (folder / "log").open("wb") as log:
        out: dict[str, object] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **who}
        initdb = [found / "initdb", "--pgdata", folder / "data", "--username=postgres", "--auth=trust"]
        subprocess.run([*initdb, "--encoding=UTF8", "--no-locale", "--no-sync"], check=True, **out)  # type: ignore[call-overload]
        settings = [f"-c{name}={value}" for name, value in OPTIONS.items()]
        command = [found / "postgres", "-D", folder / "data", "-k", folder / "socket", *settings]
        server: subprocess.Popen[bytes] = subprocess.Popen(command, **out)  # type: ignore[call-overload]
    socket = folder / "socket" / ".s.PGSQL.5432"
    pid_file = folder / "data" / "postmaster.pid"
    _wait_until(
        lambda: (socket.exists() and "ready" in pid_file.read_text()) or server.poll() is not None, "a socket"
    )
    if server.poll() is None:
        (folder / "ready").touch()
    return server


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
