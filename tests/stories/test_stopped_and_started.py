"""Processes are asked to stop in the middle of a run, stand still and wake up, start all at once, lose their database,
and die over a migration: every letter leaves once, and the next one goes on where the last one stopped."""

import random
import signal
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.mail.moody_server import MoodyServer
from tests.stories import crashing_worker
from tests.stories.post_room import PostRoom
from tests.stories.processes import Processes, free_port, write_config
from zoom_bridge.bridge import assemble
from zoom_bridge.config import load_settings
from zoom_bridge.store import migrations, runs
from zoom_bridge.store.database import Database

pytestmark = pytest.mark.processes

#: Neither gunicorn nor Flask is to do more because of these: no application before the fork, no second process.
TEMPTING = {"GUNICORN_CMD_ARGS": "--preload --reload", "FLASK_DEBUG": "1", "FLASK_ENV": "development"}
LETTERS = 60


def test_all_started_at_once_send_every_letter_once_and_one_asked_to_stop_gives_back_what_it_has_not_begun(
    empty_database_url: str, processes: Processes, server: MoodyServer, tmp_path: Path
) -> None:
    web_port = free_port()
    config = write_config(
        tmp_path, empty_database_url, web_port=web_port, zoom_port=free_port(), smtp_port=server.port
    )
    server.thinks = 1.0
    several = empty_database_url.startswith("postgresql")

    bridge = assemble(load_settings(config))
    migrations.upgrade(bridge.db)
    room = PostRoom(bridge, config, server)
    room.write_the_notices()
    room.join_links_are_due(LETTERS, domains=7)

    if several:
        # Processes of pages do no job, whatever the surroundings suggest.
        pages = processes.start("pages", "serve", "--config", config, "--processes", "4", **TEMPTING)
        processes.wait_for_port(web_port)
        processes.wait_until(lambda: len(pages.children()) == 4, "four processes of pages")
        with bridge.db.reading() as connection:
            assert runs.list_all(connection) == []

    # Two that work begin at once, and one is asked to stop in the middle of it.
    workers = [processes.start(f"work-{n}", "work", "--config", config, **TEMPTING) for n in (1, 2)]
    processes.wait_until(lambda: len(server.taken) >= LETTERS // 10, "letters to leave")
    assert workers[0].stop() == 0, workers[0].report()
    left = [row for row in room.letters() if row.due_at]
    server.thinks = 0
    of_the_other = {row.claim for row in left if row.claim}
    processes.wait_until(lambda: not any(row.due_at for row in room.letters()), "the rest to leave")

    assert left, "it was asked too late to be tested"
    assert len(of_the_other) <= 2, "who stopped has given back what it held; the other one has two lines"
    assert server.recipients().total() == len(server.recipients()) == LETTERS
    exits = processes.stop_all()
    bridge.db.dispose()
    assert set(exits.values()) == {0}, exits


def test_a_sender_that_stood_still_past_its_lease_doubles_only_the_letter_that_was_on_the_wire(
    room: PostRoom, kills: int
) -> None:
    """Its successor has sent all the rest by then."""
    pauses = max(kills // 5, 2)
    dice = random.Random(kills)
    room.join_links_are_due(LETTERS, 0, domains=7)

    with room.senders() as senders:
        for n in range(1, pauses + 1):
            sleeper = senders.alive[0]
            first = (n - 1) * LETTERS
            senders.run([room.after(first + dice.randrange(5, LETTERS // 2))], dice, only_deeds=True)
            while not senders.stop(sleeper):
                senders.run([room.after(len(room.server.taken) + 1)], dice, only_deeds=True)
            senders.run([], dice)
            if n < pauses:
                room.join_links_are_due(LETTERS, n, domains=7)
            senders.wake(sleeper)
        senders.run([], dice)

    came = room.server.recipients()
    print(f"{len(came)} letters, {pauses} pauses: {came.total() - len(came)} doubled")
    assert len(came) == LETTERS * pauses
    assert came.total() - len(came) <= pauses
    assert len(room.server.told_apart()) == len(came)
    assert all(row.sent_at and not row.claim for row in room.letters())


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_database_that_throws_everybody_out_costs_no_letter(room: PostRoom, kills: int) -> None:
    """As when it is restarted, or another machine takes over. What a sender had handed over by then and could not
    write down leaves again, under the same name."""
    blows = max(kills // 2, 3)
    letters = 20 * blows
    dice = random.Random(kills)
    room.join_links_are_due(letters, domains=7)
    # A connection that nobody throws out: it belongs to no database of ours.
    outside = Database(room.db.url.rpartition("/")[0] + "/postgres?" + room.db.url.partition("?")[2])
    name = room.db.engine.url.database

    def throw_out() -> None:
        with outside.transaction() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": name},
            )

    with room.senders() as senders:
        moments = sorted(dice.sample(range(1, letters * 9 // 10), blows))
        senders.run([room.after(moment, throw_out) for moment in moments], dice)

    outside.dispose()
    came = room.server.recipients()
    print(f"{letters} letters, {blows} times thrown out: {came.total() - len(came)} doubled")
    assert len(came) == letters
    assert came.total() - len(came) <= 2 * blows
    assert len(room.server.told_apart()) == letters
    assert all(row.sent_at and not row.claim for row in room.letters())


def test_an_upgrade_that_was_killed_is_done_by_the_next_one(
    empty_database_url: str, processes: Processes, tmp_path: Path
) -> None:
    config = write_config(tmp_path, empty_database_url, web_port=20_000, zoom_port=20_001, smtp_port=20_002)
    db = Database(load_settings(config).database.url)
    worker, point = Path(crashing_worker.__file__), "alembic.op:add_column:before:3"

    killed = processes.start_script("killed", worker, "--config", config, "--jobs", "upgrade", "--die", point)
    assert killed.wait() == -signal.SIGKILL, killed.report()
    half_way = db.schema_revision()
    migrations.upgrade(db)

    assert half_way is None, "an upgrade is done as a whole or not at all"
    assert migrations.is_current(db)
    db.dispose()
