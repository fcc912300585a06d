"""Somebody tries the house out: one command, nothing configured. And somebody who runs it for real makes mistakes."""

import re
import signal
import sqlite3
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from tests.stories import acts
from tests.stories.processes import LOOPBACK, Processes, Running, free_port, write_config
from tests.stories.traveller import Traveller, on_the_wire
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.caught import read

pytestmark = pytest.mark.processes

ENDS_WITHIN = 15.0
#: What the pages of the four staged events say of themselves.
STATES = ("Fully booked", "Running since", "Registration open", "Over")


class Trial:
    """A running trial, and the addresses that it printed."""

    def __init__(self, running: Running, processes: Processes) -> None:
        self.running = running
        processes.wait_until(lambda: "Ctrl-C" in running.said, "the trial to say where to look")
        assert "WARNING" not in running.complained, "the first thing that one reads is a complaint"
        self.pages, self.sign_in, self.mailbox, self.zoom = self._printed()
        for address in (self.pages, self.mailbox, self.zoom):
            processes.wait_for_port(int(str(urlsplit(address).port)))

    def _printed(self) -> list[str]:
        addresses = re.findall(rf"http://{LOOPBACK}:\d+/\S*", self.running.said)
        assert len(addresses) == 4, self.running.report()
        return addresses

    def visitor(self, language: str = "en") -> Traveller:
        return Traveller(
            {address.rstrip("/"): on_the_wire() for address in (self.pages, self.mailbox, self.zoom)}, language
        )

    def event_pages(self) -> dict[str, str]:
        """The page of each event that the public list leads to, and its words."""
        visitor = self.visitor()
        coming = visitor.open("/")
        links = {
            urljoin(coming.path, href)
            for href in coming.links()
            if re.fullmatch(r"/e/[^/?]+", urlsplit(href).path)
        }
        return {link: visitor.open(link).text for link in links}

    def registrants(self) -> dict[str, dict[str, str]]:
        """Who is registered in the pretend Zoom, for each webinar."""
        host = Traveller({self.zoom.rstrip("/"): on_the_wire()})
        return {urlsplit(page).path: acts.registrants(host, page) for page in acts.webinar_pages(host)}

    def ends(self) -> None:
        """By Ctrl-C, soon, and without a murmur."""
        assert self.running.stop(signal.SIGINT, ENDS_WITHIN) == 0, self.running.report()
        assert "Traceback" not in self.running.complained, self.running.report()


def having(words: str, pages: dict[str, str]) -> list[str]:
    return [link for link, text in pages.items() if re.search(rf"\b{words}\b", text)]


def letters_in(data: Path) -> list[tuple[str, str]]:
    return [
        (letter.recipient, dict(letter.headers)["Message-ID"])
        for letter in map(read, (data / "letters").glob("*.eml"))
    ]


def settled(processes: Processes, data: Path) -> list[tuple[str, str]]:
    """The letters, once none waits in the outbox."""

    def none_waits() -> bool:
        with sqlite3.connect(f"file:{data / 'bridge.db'}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM messages WHERE due_at IS NOT NULL").fetchone() == (0,)

    processes.wait_until(none_waits, "all letters to have left")
    return letters_in(data)


def jobs_said_so(data: Path) -> bool:
    with sqlite3.connect(f"file:{data / 'bridge.db'}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM runs").fetchone() != (0,)


def test_a_trial_from_the_first_start_to_a_fresh_one(processes: Processes, tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    start = ("run", "--data", data, "--port", port)

    # One command in an empty folder: four events are there, in four states.
    trial = Trial(processes.start("first", *start), processes)
    pages = trial.event_pages()
    assert {state: len(having(state, pages)) for state in STATES} == dict.fromkeys(STATES, 1)

    # The sign-in link is good once.
    desk = f"{trial.pages}organiser/"
    assert trial.visitor().open(trial.sign_in).submit("/sign-in/").path == desk
    assert trial.visitor().open(trial.sign_in).submit("/sign-in/").path != desk

    # Letters and registrants can be looked at.
    letters = settled(processes, data)
    assert letters
    assert set(Counter(letters).values()) == {1}
    mailbox = trial.visitor().open(trial.mailbox)
    first_letter = next(urljoin(mailbox.path, href) for href in mailbox.links() if "/letters/" in href)
    assert mailbox.visitor.open(first_letter).status == 200
    registrants = trial.registrants()
    assert len(registrants) == 4
    assert all(registrants.values())

    # The doctor finds everything in order, from another process.
    processes.wait_until(lambda: jobs_said_so(data), "the jobs to say that they run")
    examined = processes.run("doctor", "doctor", "--data", data, "--language", "en")
    assert examined.popen.returncode == 0, examined.report()
    assert "✗" not in examined.said
    assert "Everything that was asked is in order." in examined.said
    trial.ends()

    # Starting again keeps all of it.
    trial = Trial(processes.start("second", *start), processes)
    assert set(trial.event_pages()) == set(pages)
    assert trial.registrants() == registrants
    assert sorted(settled(processes, data)) == sorted(letters)
    trial.ends()

    # Only --fresh throws it away.
    trial = Trial(processes.start("fresh", *start, "--fresh", "--yes"), processes)
    assert set(trial.registrants()).isdisjoint(registrants)
    assert len(trial.registrants()) == 4
    trial.ends()


def test_fresh_asks_before_it_throws_anything_away(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    kept = tmp_path / "data" / "trial.json"
    kept.write_text("{}")

    asked = processes.run("fresh", "run", "--data", tmp_path / "data", "--port", free_port(), "--fresh")

    assert asked.popen.returncode != 0
    assert "Throw away" in asked.said
    assert kept.read_text() == "{}"


def test_all_mistakes_in_a_configuration_are_named_at_once(processes: Processes, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[web]\nbase_url = "events.example.org"\nprot = 80\n[mail]\nport = "many"\n', encoding="utf-8"
    )

    refused = processes.run("run", "run", "--config", config)

    assert refused.popen.returncode == 1
    for key in ("web.base_url", "web.prot", "web.secret_key", "database.url", "zoom.client_secret", "mail.port"):
        assert key in refused.complained
    assert "Traceback" not in refused.complained


@pytest.mark.parametrize("command", ["run", "serve", "work"])
def test_an_empty_database_is_refused_with_what_to_do(
    command: str, processes: Processes, catcher: MailCatcher, tmp_path: Path
) -> None:
    config = write_config(
        tmp_path,
        f"sqlite:///{tmp_path / 'bridge.db'}",
        web_port=free_port(),
        zoom_port=free_port(),
        smtp_port=catcher.port,
    )

    refused = processes.run(command, command, "--config", config)

    assert refused.popen.returncode == 1
    assert "zoom-bridge db upgrade" in refused.complained
    assert "Traceback" not in refused.complained


def test_run_with_a_configuration_is_pages_and_jobs_in_one_process(
    processes: Processes, catcher: MailCatcher, tmp_path: Path
) -> None:
    port = free_port()
    config = write_config(
        tmp_path,
        f"sqlite:///{tmp_path / 'bridge.db'}",
        web_port=port,
        zoom_port=free_port(),
        smtp_port=catcher.port,
    )
    assert processes.run("upgrade", "db", "upgrade", "--config", config).popen.returncode == 0
    assert processes.run("invite", "invite", "olga@example.org", "--name", "Olga", "--config", config).said
    # Flask's debugger would start everything a second time, and every letter would leave twice.
    running = processes.start("run", "run", "--config", config, FLASK_DEBUG="1")
    processes.wait_for_port(port)
    assert running.children() == []
    olga = Traveller({f"http://{LOOPBACK}:{port}": on_the_wire()})

    # There is nobody at Zoom's address; the pages and the letters do not mind.
    olga.open("/sign-in").submit("email", email="olga@example.org")
    processes.wait_until(catcher.count, "the letter with the sign-in link")
    link = next(link for link in catcher.letters()[0].links if "/sign-in/" in link)
    assert olga.open(link).submit("/sign-in/").path.endswith("/organiser/")

    assert running.stop(within=30) == 0, running.report()
    assert "Traceback" not in running.complained
