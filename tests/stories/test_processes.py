"""The main job with every part a process of its own: the pages, twice the jobs, the pretend Zoom, a mail server; and
on PostgreSQL the pages twice, behind something that sends each request to the next of them."""

import os
from collections import Counter
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.cast import ANNA, BEN, OLGA_EMAIL, OLGA_NAME
from tests.stories import acts
from tests.stories.processes import LOOPBACK, Processes, free_port, write_config
from tests.stories.traveller import Traveller, on_the_wire, press, rows
from zoom_bridge.domain.event import EventDraft
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.flows import hosting
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.caught import CaughtLetter
from zoom_bridge.store import events, tables
from zoom_bridge.store.database import Database

pytestmark = pytest.mark.processes

COUPLE = (ANNA, BEN)
#: On SQLite the trial does the same, in `test_trial.py`.
DATABASES = ["sqlite", "postgresql"] if os.environ.get("ZOOM_BRIDGE_TESTS_WHOLE") else ["postgresql"]


@pytest.mark.parametrize("empty_database_url", DATABASES, indirect=True)
def test_the_main_job_by_processes_of_their_own(
    empty_database_url: str, processes: Processes, catcher: MailCatcher, tmp_path: Path
) -> None:
    several = empty_database_url.startswith("postgresql")
    web_ports = [free_port() for _ in range(2 if several else 1)]
    zoom_port = free_port()
    config = write_config(
        tmp_path, empty_database_url, web_port=web_ports[0], zoom_port=zoom_port, smtp_port=catcher.port
    )
    wait_until = processes.wait_until

    # Everything starts, beginning with an empty database.
    upgraded = processes.run("upgrade", "db", "upgrade", "--config", config)
    assert upgraded.popen.returncode == 0, upgraded.report()
    # The last door is where Zoom tells what happens.
    webhooks_to = f"http://{LOOPBACK}:{web_ports[-1]}/zoom/webhooks"
    processes.start("zoom", "simulate", "--config", config, "--webhook-url", webhooks_to)
    for port in web_ports:
        processes.start(f"web-{port}", "serve", "--config", config, ZOOM_BRIDGE__WEB__PORT=str(port))
    workers = [processes.start(f"work-{n}", "work", "--config", config) for n in (1, 2)]
    invited = processes.run("invite", "invite", OLGA_EMAIL, "--name", OLGA_NAME, "--config", config)
    for port in (*web_ports, zoom_port):
        processes.wait_for_port(port)

    ours, zooms = f"http://{LOOPBACK}:{web_ports[0]}", f"http://{LOOPBACK}:{zoom_port}"

    def open_browser(language: str = "de") -> Traveller:
        return Traveller({ours: on_the_wire(*web_ports), zooms: on_the_wire()}, language)

    # Olga signs in, writes an event and publishes it; the webinar appears at Zoom.
    olga, host = open_browser(), Traveller({zooms: on_the_wire()})
    assert olga.open(invited.said.strip()).submit("/sign-in/").path == f"{ours}/organiser/"
    acts.write_the_notices(olga)
    overview = acts.create_event(olga, timezone="UTC", **form_times(datetime.now(UTC) + timedelta(days=7)))
    event_id, public_path = acts.event_id_of(overview), acts.public_path_of(overview)
    (control,) = wait_until(lambda: acts.webinar_pages(host), "the webinar to appear at Zoom")

    # Anna and Ben register, and confirm from their letters; both appear at Zoom.
    browsers = {person: open_browser(person.language) for person in COUPLE}
    for person, browser in browsers.items():
        acts.register(browser, public_path, person)
    personal = {}
    for person, browser in browsers.items():
        link = wait_until(lambda who=person: link_to(catcher, who, "/confirm/"), "the letter to confirm")
        acts.confirm(browser, link)
    for person in COUPLE:
        personal[person] = wait_until(lambda who=person: link_to(catcher, who, "/z/"), "the confirmation")
    emails = {person.email for person in COUPLE}
    at_zoom = wait_until(lambda: full(acts.registrants(host, control), emails), "both to be at Zoom")

    # The event is moved to begin in an hour and two seconds: so an hour before comes in two seconds.
    move(empty_database_url, event_id, datetime.now(UTC) + timedelta(hours=1, seconds=2))
    wait_until(lambda: all(count(catcher, who) >= 4 for who in COUPLE), "news of the move, and the join link")

    # Olga moves it to a few minutes from now. Anna waits for it in Zoom's waiting room.
    starts_at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=3)
    asked = olga.open(f"/organiser/events/{event_id}/edit").submit(
        "title_de", button="save", **form_times(starts_at)
    )
    assert asked.submit("sure", button="save").status == 200
    wait_until(lambda: all(count(catcher, who) >= 5 for who in COUPLE), "news of the second move")
    waiting = acts.join(browsers[ANNA], personal[ANNA])
    assert waiting.path.startswith(f"{zooms}/w/")
    assert ANNA.name in waiting.text

    # The webinar runs. Anna comes, goes, and comes again; Ben comes; Olga sees both; the webinar ends.
    press(host.open(control), "/start")
    room = acts.enter(waiting)
    press(host.open(control), "/joins", registrant=at_zoom[BEN.email])
    press(room, "/leave")
    acts.enter(room)
    attendance = f"/organiser/events/{event_id}/attendance"
    wait_until(
        lambda: named(olga, f"{attendance}?who=inside") == {ANNA.name, BEN.name}, "both to be seen in the room"
    )
    press(host.open(control), "/end")
    wait_until(lambda: not named(olga, f"{attendance}?who=inside"), "the end to be seen")
    assert not named(olga, f"{attendance}?who=absent")

    # One worker goes and another comes, and Zoom's report has the last word.
    assert workers[0].stop() == 0, workers[0].report()
    fetch_reports_now(empty_database_url)
    processes.start("work-3", "work", "--config", config)
    wait_until(lambda: reported(empty_database_url), "the report")
    assert not named(olga, f"{attendance}?who=absent")
    lines = {line[2]: line for line in acts.attendance_csv(olga, event_id)}
    assert emails <= set(lines)

    # All stop when they are asked to. Nobody had a letter twice.
    codes = processes.stop_all()
    assert set(codes.values()) == {0}, codes
    assert not [one.name for one in processes.all if "Traceback" in one.complained]
    ids = Counter((letter.recipient, dict(letter.headers)["Message-ID"]) for letter in catcher.letters())
    assert set(ids.values()) == {1}
    assert Counter(recipient for recipient, _ in ids) == {ANNA.email: 5, BEN.email: 5}


def form_times(starts_at: datetime) -> dict[str, str]:
    """Half an hour from then, as the form takes it."""
    ends_at = starts_at + timedelta(minutes=30)
    return {
        "starts_day": f"{starts_at:%Y-%m-%d}",
        "starts_clock": f"{starts_at:%H:%M}",
        "ends_day": f"{ends_at:%Y-%m-%d}",
        "ends_clock": f"{ends_at:%H:%M}",
    }


def full(found: dict[str, str], wanted: set[str]) -> dict[str, str]:
    return found if set(found) == wanted else {}


def named(olga: Traveller, path: str) -> set[str]:
    """Who of the couple stands in the list of the page."""
    names = {row[0] for row in rows(olga.open(path), "list") if row}
    return {person.name for person in COUPLE if any(name.startswith(person.name) for name in names)}


def letters_to(catcher: MailCatcher, person: Attendee) -> list[CaughtLetter]:
    return [letter for letter in catcher.letters() if letter.recipient == person.email]


def count(catcher: MailCatcher, person: Attendee) -> int:
    return len(letters_to(catcher, person))


def link_to(catcher: MailCatcher, person: Attendee, having: str) -> str:
    letters = letters_to(catcher, person)
    found = [link for letter in letters for link in letter.links if having in link and not link.endswith("/data")]
    return min(found, key=len, default="")


def move(database_url: str, event_id: int, starts_at: datetime) -> None:
    """As the form does, but to the second."""
    db = Database(database_url)
    with db.reading() as connection:
        event = events.find(connection, event_id)
    kept = {field.name: getattr(event, field.name) for field in fields(EventDraft)}
    ends_at = starts_at + timedelta(minutes=30)
    times = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "starts_wall": wall_of(starts_at, kept["timezone"]),
        "ends_wall": wall_of(ends_at, kept["timezone"]),
    }
    hosting.change_event(db, event_id, EventDraft(**kept | times), datetime.now(UTC))
    db.dispose()


def fetch_reports_now(database_url: str) -> None:
    """Zoom is given a minute before it is asked for its report; the story has not got so long."""
    db = Database(database_url)
    with db.transaction() as connection:
        connection.execute(update(tables.reports).values(due_at=datetime.now(UTC)))
    db.dispose()


def reported(database_url: str) -> bool:
    db = Database(database_url)
    with db.reading() as connection:
        rows_ = connection.execute(tables.reports.select()).mappings().all()
    db.dispose()
    return bool(rows_) and all(row["fetched_at"] for row in rows_)
