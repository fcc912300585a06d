"""A worker dies at each point where it hurts, and another one takes over: no letter is lost, at most the one in hand
goes out twice and can be told to be the same, there is one webinar, nobody is asked for twice at Zoom, and everybody
who was there is known to have been."""

import json
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.builders import a_draft
from tests.cast import AUDIENCE
from tests.stories import crashing_worker, evening
from tests.stories.processes import LOOPBACK, Processes, write_config
from tests.wire.watching import watch, watch_world
from zoom_bridge.bridge import Bridge, assemble
from zoom_bridge.config import load_settings
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import hosting, informing, receiving, registering
from zoom_bridge.listening import Listener
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.simulator.records import SimulatorSettings, Webinar
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World
from zoom_bridge.store import agendas, events, overviews, registrations
from zoom_bridge.store.database import Database

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.processes

WORKER = Path(crashing_worker.__file__)
MORE_PEOPLE = tuple(Attendee(f"Dana{n}", "Dorn", f"dana{n}@example.org", "de") for n in range(5))
EVERYBODY = (*AUDIENCE, *MORE_PEOPLE)

CLAIMS, MAILING = "zoom_bridge.store.claims", "zoom_bridge.flows.mailing"
LINE, LETTERS = "zoom_bridge.mail.smtp:Line", "zoom_bridge.mail.letters:Letters"
ZOOM = "zoom_bridge.zoom.client:ZoomClient"

#: Point → how many letters leave twice because of it.
WHILE_SENDING = {
    "before the claim": (f"{CLAIMS}:claim_in_order:before", 0),
    "in the claim": (f"{CLAIMS}:claim_in_order:after", 0),
    "after the claim": (f"{MAILING}:Run.take_turn:before", 0),
    "after rendering": (f"{LETTERS}.compose:after:3", 0),
    "before MAIL": (f"{LINE}.send:before:3", 0),
    "within DATA": (f"{LINE}._hand_over:before:3", 0),
    "after 250": (f"{LINE}.send:after:3", 1),
    "before the commit": (f"{CLAIMS}:finish_all:after:3", 1),
    "after the commit": (f"{MAILING}:Run.take_turn:after:4", 0),
}
WHILE_CREATING = {
    "after the intent": f"{ZOOM}.create_webinar:before",
    "after the answer": f"{ZOOM}.create_webinar:after",
    "after the change": f"{ZOOM}.update_webinar:after",
}
WHILE_ADDING = {
    "after the intent": f"{ZOOM}.add_registrants:before",
    "after the answer": f"{ZOOM}.add_registrants:after",
    "half written down": f"{CLAIMS}:finish:after:4",
}
WHILE_APPLYING = {
    "before applying": "zoom_bridge.flows.receiving:_apply_together:before",
    "after recording": "zoom_bridge.store.sightings:record:after",
    "before the commit": f"{CLAIMS}:finish_each:after",
    "after the commit": "zoom_bridge.flows.receiving:_apply_together:after",
}


@dataclass
class Ledger:
    """Stands before the pretend Zoom and writes down what it is asked."""

    app: "WSGIApplication"
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        return self.app(environ, start_response)

    def count(self, method: str, end_of_path: str) -> int:
        return sum(asked == method and path.endswith(end_of_path) for asked, path in self.asked)


@dataclass
class House:
    """A house whose worker is another process, beside a pretend Zoom and a mail server of this one."""

    config: Path
    bridge: Bridge
    world: World
    ledger: Ledger
    catcher: MailCatcher
    processes: Processes

    def crash(self, point: str, jobs: str) -> None:
        worker = self.processes.start_script(
            "crashing", WORKER, "--config", self.config, "--jobs", jobs, "--die", point
        )
        assert worker.wait() == -signal.SIGKILL, f"it did not get to {point}:\n{worker.report()}"

    def take_over(self, jobs: str) -> None:
        """Another worker does what is left. For it, the dead one's lease is over."""
        clock = crashing_worker.JumpingClock()
        bridge = assemble(load_settings(self.config), clock)
        crashing_worker.work(bridge, clock, jobs.split(","))
        bridge.post.close()
        bridge.db.dispose()

    def webinar(self) -> Webinar:
        (webinar,) = self.world.webinars.values()
        return webinar


@pytest.fixture
def house(db: Database, tmp_path: Path, catcher: MailCatcher, processes: Processes) -> Iterator[House]:
    world = World(
        SimulatorSettings(
            public_url="http://zoom.example.org",
            webhook_url="http://nobody.example.org",
            webhook_secret="webhook-secret",
            account_id="account",
            client_id="client",
            client_secret="client-secret",
        )
    )
    ledger = Ledger(watch(create_simulator(watch_world(world))))
    listener = Listener(ledger, LOOPBACK, 0, threads=2)
    listener.start()
    config = write_config(tmp_path, db.url, web_port=20_000, zoom_port=listener.port, smtp_port=catcher.port)
    # One letter in hand at a time: what is in flight on each connection may come twice.
    config.write_text(
        config.read_text(encoding="utf-8").replace("connections = 2", "connections = 1"), encoding="utf-8"
    )
    bridge = assemble(load_settings(config))
    yield House(config, bridge, world, ledger, catcher, processes)
    bridge.db.dispose()
    listener.stop()


@pytest.fixture
def event(house: House) -> Event:
    """In a week, without double opt-in: who registers has a seat at once."""
    now = house.bridge.clock()
    starts_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    draft = a_draft(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        double_opt_in=False,
        zoom_host="webinar-1@example.org",
    )
    for kind in NoticeKind:
        informing.write_notice(house.bridge.db, kind, "de", "Wer wir sind", now)
    event = hosting.create_event(house.bridge.db, draft, now)
    hosting.publish_event(house.bridge.db, event.id, now)
    with house.bridge.db.reading() as connection:
        kept = events.find(connection, event.id)
    assert kept
    return kept


def everybody_registers(house: House, event: Event) -> None:
    for person in EVERYBODY:
        registering.register(house.bridge.db, event.slug, person, house.bridge.clock())


@pytest.mark.parametrize(("point", "doubled"), WHILE_SENDING.values(), ids=WHILE_SENDING)
def test_killed_while_sending_no_letter_is_lost_and_only_the_one_in_hand_is_doubled(
    house: House, event: Event, point: str, doubled: int
) -> None:
    everybody_registers(house, event)

    house.crash(point, "send_mail")
    house.take_over("send_mail")

    letters = house.catcher.letters()
    assert {letter.recipient for letter in letters} == {person.email for person in EVERYBODY}
    assert len(letters) == len(EVERYBODY) + doubled
    told_apart = {(letter.recipient, dict(letter.headers)["Message-ID"], letter.date) for letter in letters}
    assert len(told_apart) == len(EVERYBODY), "a doubled letter has the same Message-ID and Date"
    with house.bridge.db.reading() as connection:
        (line,) = overviews.letters(connection, event.id)
    assert (line.sent, line.waiting, line.gave_up) == (len(EVERYBODY), 0, 0)


@pytest.mark.parametrize("point", WHILE_CREATING.values(), ids=WHILE_CREATING)
def test_killed_while_creating_there_is_one_webinar(house: House, event: Event, point: str) -> None:
    house.crash(point, "sync_webinars")
    house.take_over("sync_webinars")

    assert house.webinar().topic == event.title_de
    assert house.ledger.count("POST", "/webinars") == 1
    with house.bridge.db.reading() as connection:
        (line,) = agendas.list_coming(connection, house.bridge.clock())
    assert line.webinar
    assert line.webinar.zoom_id == str(house.webinar().id)
    assert line.webinar.synced_revision == line.event.revision


@pytest.mark.parametrize("point", WHILE_ADDING.values(), ids=WHILE_ADDING)
def test_killed_while_adding_everybody_is_added_once(house: House, event: Event, point: str) -> None:
    house.take_over("sync_webinars")
    everybody_registers(house, event)

    house.crash(point, "sync_registrants")
    house.take_over("sync_registrants")

    webinar = house.webinar()
    assert sorted(one.email for one in webinar.with_status("approved")) == sorted(p.email for p in EVERYBODY)
    asked = {p.email: house.world.quotas.spent_today("registration", str(webinar.id), p.email) for p in EVERYBODY}
    assert set(asked.values()) == {1}
    assert house.ledger.count("POST", "/batch_registrants") == 1
    with house.bridge.db.reading() as connection:
        people = registrations.list_for_event(connection, event.id)
    assert {one.email: one.registrant_id for one in people} == {
        one.email: one.id for one in webinar.registrants.values()
    }
    assert all(one.join_url and one.synced_revision == one.revision for one in people)


def test_killed_while_taking_somebody_off_the_list_they_are_gone_in_the_end(house: House, event: Event) -> None:
    house.take_over("sync_webinars")
    everybody_registers(house, event)
    house.take_over("sync_registrants")
    with house.bridge.db.reading() as connection:
        gone, *_ = registrations.list_for_event(connection, event.id)
    registering.cancel(house.bridge.db, gone.key, house.bridge.clock())

    house.crash(f"{ZOOM}.delete_registrant:after", "sync_registrants")
    house.take_over("sync_registrants")

    assert gone.email not in {one.email for one in house.webinar().with_status("approved")}
    with house.bridge.db.reading() as connection:
        assert overviews.numbers(connection, event.id).waiting == 0


@pytest.mark.parametrize("point", WHILE_APPLYING.values(), ids=WHILE_APPLYING)
def test_killed_while_applying_webhooks_attendance_is_complete(house: House, event: Event, point: str) -> None:
    house.take_over("sync_webinars")
    everybody_registers(house, event)
    house.take_over("sync_registrants")
    evening.hold(house.world, house.webinar(), event.starts_at)
    keep_all_deliveries(house)

    house.crash(point, "apply_webhooks")
    house.take_over("apply_webhooks")

    assert evening.visits(evening.room(house.bridge.db, event.id), event.starts_at) == evening.VISITS


def keep_all_deliveries(house: House) -> None:
    """As the door for webhooks does it, for which there is no process here."""

    def keep(_url: str, body: bytes, _headers: object) -> int:
        receiving.keep(house.bridge.db, json.loads(body)["event"], body, datetime.now(UTC))
        return 204

    WebhookSender(house.world, keep).deliver_due()


def test_two_workers_share_what_a_dead_one_has_left_without_doubling_any_of_it(house: House, event: Event) -> None:
    everybody_registers(house, event)
    arguments = ("--config", house.config, "--jobs", "send_mail", "--lease", 2)
    dead = house.processes.start_script("dead", WORKER, *arguments, "--die", f"{LINE}.send:after:3")
    assert dead.wait() == -signal.SIGKILL, dead.report()

    heirs = [house.processes.start_script(f"heir-{n}", WORKER, *arguments) for n in (1, 2)]
    assert [heir.wait() for heir in heirs] == [0, 0]

    letters = Counter(letter.recipient for letter in house.catcher.letters())
    assert set(letters) == {person.email for person in EVERYBODY}
    assert letters.total() == len(EVERYBODY) + 1
