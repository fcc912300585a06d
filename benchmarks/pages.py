"""Line 3: pages a second. Eight visitors look at the event's page, or open the registration form, again and again. The
floor is a bare Flask page of the same size, on the same server with as many threads."""

from collections.abc import Callable
from http.client import HTTPConnection

from benchmarks import floor, stage
from benchmarks.command import Effort, alternated, run
from benchmarks.programs import LOOPBACK, free_port, load
from benchmarks.scoreboard import Limit, Row
from benchmarks.visitors import look

VISITORS = 8
LIMIT = Limit(0.6, half=0.3, at_least=True)


def measure(effort: Effort) -> list[Row]:
    with (
        stage.set_up(mail_port=free_port()) as ours,
        ours.serving(),
        floor.set_up() as least,
        least.serving(),
        load() as put_on,
    ):

        def rate(port: int, path: str) -> Callable[[], float]:
            def one_round() -> float:
                seen = put_on(look, port, path, VISITORS, effort.seconds)
                return float(len(seen.times) / (seen.ended_at - seen.began_at))

            return one_round

        def row(what: str, path: str) -> Row:
            bare = f"/bare/{_size(ours.port, path)}"
            results = alternated(effort.rounds, rate(ours.port, path), rate(least.port, bare))
            return Row("3", what, "/s", *results, LIMIT)

        return [row("event page", ours.event_page), row("registration form", f"{ours.event_page}/register")]


def _size(port: int, path: str) -> int:
    connection = HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Accept-Language": "de"})
        return len(connection.getresponse().read())
    finally:
        connection.close()


if __name__ == "__main__":
    run(measure)
