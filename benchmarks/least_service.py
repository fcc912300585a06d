"""The floor: the least Flask service that does the same job, under gunicorn as ours is. It validates, writes with raw
sqlite3 and commits durably; nothing else.

`--writer each` commits every request by itself. `--writer single` hands all to one thread that commits what has
gathered together; whoever handed something in waits for that commit."""

import argparse
import hashlib
import hmac
import json
import queue
import re
import sqlite3
import threading
import time
from functools import lru_cache
from typing import Any

from flask import Flask, redirect, request
from gunicorn.app.base import BaseApplication

from benchmarks.plain_post import send_letters
from benchmarks.programs import LOOPBACK

Statements = list[tuple[str, tuple[Any, ...]]]

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS registrations
    (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT NOT NULL, last_name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS letters (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (digest TEXT PRIMARY KEY, body BLOB NOT NULL);
"""
_FORM = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>
<form method="post"><label>First name <input name="first_name"></label><label>Last name <input name="last_name"></label>
<label>E-mail <input name="email" type="email"></label><button>Register</button></form>"""


def connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)
    return connection


class EachByItself:
    """One connection and a lock around it: a commit for every request."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)
        self._lock = threading.Lock()

    def keep(self, statements: Statements) -> None:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                self._connection.execute(statement, values)
            self._connection.execute("COMMIT")


class SingleWriter:
    """One thread writes for all: what has gathered while it committed is its next batch."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)
        self._waiting: queue.SimpleQueue[tuple[Statements, threading.Event]] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def keep(self, statements: Statements) -> None:
        kept = threading.Event()
        self._waiting.put((statements, kept))
        if not kept.wait(10):
            raise TimeoutError

    def _write(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            self._connection.execute("BEGIN IMMEDIATE")
            for statements, _ in batch:
                for statement, values in statements:
                    self._connection.execute(statement, values)
            self._connection.execute("COMMIT")
            for _, kept in batch:
                kept.set()


@lru_cache(maxsize=8)
def _bare_page(size: int) -> str:
    return "<!doctype html>".ljust(size, ".")


def create_app(writer: EachByItself | SingleWriter, secret: bytes) -> Flask:
    app = Flask(__name__)
    form = app.jinja_env.from_string(_FORM)

    @app.get("/e/<slug>")
    @app.get("/e/<slug>/register")
    def show(slug: str) -> str:
        return form.render(title=slug)

    @app.get("/bare/<int:size>")
    def bare(size: int) -> str:
        return _bare_page(size)

    @app.post("/e/<slug>/register")
    def register(slug: str) -> Any:
        first, last, email = (request.form.get(name, "").strip() for name in ("first_name", "last_name", "email"))
        if not (first and last and _ADDRESS.fullmatch(email)):
            return "Please fill in everything.", 422
        writer.keep(
            [
                (
                    "INSERT INTO registrations (email, first_name, last_name) VALUES (?, ?, ?)",
                    (email, first, last),
                ),
                ("INSERT INTO letters (email) VALUES (?)", (email,)),
            ]
        )
        return redirect(f"/e/{slug}", 303)

    @app.post("/zoom/webhooks")
    def receive() -> Any:
        body = request.get_data()
        told = b"v0:" + request.headers["x-zm-request-timestamp"].encode() + b":" + body
        expected = "v0=" + hmac.new(secret, told, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), request.headers["x-zm-signature"].encode()):
            return "", 401
        json.loads(body)
        digest = hashlib.sha256(body).hexdigest()
        writer.keep([("INSERT OR IGNORE INTO deliveries (digest, body) VALUES (?, ?)", (digest, body))])
        return "", 204

    return app


def post_letters(path: str, mail_port: int) -> None:
    """One thread hands over a letter for each row, on a connection that stays open."""
    connection, done = connect(path), 0
    with send_letters(mail_port) as send:
        while True:
            rows = connection.execute("SELECT id, email FROM letters WHERE id > ? ORDER BY id", (done,)).fetchall()
            for done, email in rows:  # noqa: B007 (the last one is where the next look begins)
                send(email)
            if not rows:
                time.sleep(0.01)


class Service(BaseApplication):
    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        super().__init__()

    def load_config(self) -> None:
        # As `zoom-bridge serve` has it with SQLite.
        wanted = {
            "bind": f"{LOOPBACK}:{self._asked.port}",
            "workers": 1,
            "threads": 8,
            "worker_class": "gthread",
            "keepalive": 5,
            "control_socket_disable": True,
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        asked = self._asked
        writer = SingleWriter(asked.database) if asked.writer == "single" else EachByItself(asked.database)
        if asked.mail_port:
            threading.Thread(target=post_letters, args=(asked.database, asked.mail_port), daemon=True).start()
        return create_app(writer, asked.secret.encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--writer", choices=["each", "single"], default="each")
    parser.add_argument("--mail-port", type=int, default=0)
    parser.add_argument("--secret", default="")
    Service(parser.parse_args()).run()
