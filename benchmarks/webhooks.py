"""Line 4: Zoom's webhooks, signed, some doubled, over sixteen connections; in the middle the server gets a `kill -9`
and is started anew. Nothing that was acknowledged may be lost. Ours keeps them while `work` applies them; the floor
keeps them with a single writer thread and applies nothing. The time in which nobody answered does not count."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks import floor, stage
from benchmarks.command import Effort, alternated, percentile, run
from benchmarks.mail_sink import MailSink
from benchmarks.programs import Program, load
from benchmarks.scoreboard import Limit, Row
from benchmarks.zoom_posts import Posts, post

CONNECTIONS = 16


def measure(effort: Effort) -> list[Row]:
    with (
        MailSink() as sink,
        stage.set_up(sink.port) as ours,
        ours.working(),
        floor.set_up(writer="single", secret=ours.webhook_secret) as least,
        load() as put_on,
    ):
        webinar = ours.webinar_id()

        def of_ours() -> Posts:
            posts = _round(ours.serving, put_on, ours.port, ours.webhook_secret, webinar, effort.seconds)
            _check(posts, Path(make_url(ours.db.url).database or ""))
            ours.wait_until_idle("deliveries")
            return posts

        def of_floor() -> Posts:
            posts = _round(least.serving, put_on, least.port, least.secret, webinar, effort.seconds)
            _check(posts, least.database)
            return posts

        kept, kept_by_floor = alternated(effort.rounds, of_ours, of_floor)
    rates = [posts.rate for posts in kept], [posts.rate for posts in kept_by_floor]
    tails = [_p99(posts) for posts in kept], [_p99(posts) for posts in kept_by_floor]
    return [
        Row("4", "webhooks kept, with a kill -9, none lost", "/s", *rates, Limit(0.6, half=0.3, at_least=True)),
        Row("4", "the same, p99", "ms", *tails, Limit(50, half=100, of="ours", unit=" ms")),
    ]


def _round(
    serving: Callable[[], object],
    put_on: Callable[..., Posts],
    port: int,
    secret: str,
    webinar: str,
    seconds: float,
) -> Posts:
    with ExitStack() as servers:
        first: Program = servers.enter_context(serving())  # type: ignore[arg-type]

        def accident() -> None:
            first.kill()
            servers.enter_context(serving())  # type: ignore[arg-type]

        timer = threading.Timer(seconds / 2, accident)
        timer.start()
        posts = put_on(post, port, secret, webinar, CONNECTIONS, seconds)
        timer.join()
        return posts


def _check(posts: Posts, database: Path) -> None:
    """What was acknowledged is there."""
    with closing(sqlite3.connect(database)) as connection:
        there = {digest for (digest,) in connection.execute("SELECT digest FROM deliveries")}
    if lost := posts.kept - there:
        raise RuntimeError(f"{len(lost)} acknowledged webhooks are lost")


def _p99(posts: Posts) -> float:
    return percentile(posts.times, 0.99) * 1000


if __name__ == "__main__":
    run(measure)
