"""The command line: run · serve · work · simulate · db · backup · replay · invite · doctor. Every command prints what it did or what to do.

`run` is all in one process: without a configuration it is the trial (`trial.py`), with one it is the real thing.
`serve` and `work` are its two halves, to be started several times each."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

import click

from zoom_bridge import __version__
from zoom_bridge.bridge import Bridge, assemble
from zoom_bridge.config import PREFIX, ConfigError, Settings, load_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from zoom_bridge.listening import Listener

log = logging.getLogger(__name__)

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    envvar="ZOOM_BRIDGE_CONFIG",
    help="The configuration file; see config.example.toml.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zoom-bridge")
def main() -> None:
    """Public online events on Zoom: registration without an account, personal join links, honest attendance."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    # Their ordinary chatter is nobody's business; their lines may hold addresses with tokens in them.
    for chatty in ("waitress.queue", "mail.log", "urllib3", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


@main.command()
@config_option
@click.option("--data", type=click.Path(path_type=Path), default=Path("zoom-bridge-data"), show_default=True)
@click.option(
    # The trial takes this port and some above it.
    "--port",
    type=click.IntRange(1, 65000),
    default=8000,
    show_default=True,
    help="Of the trial's pages.",
)
@click.option("--fresh", is_flag=True, help="Throw the trial's data away and start over.")
@click.option("--yes", is_flag=True, help="Do not ask before throwing data away.")
def run(config_path: Path | None, data: Path, port: int, fresh: bool, yes: bool) -> None:
    """Everything in one process. Without --config: a trial with a pretend Zoom and a mail catcher."""
    if config_path:
        bridge = _ready(_settings(config_path))
        click.echo(f"zoom_bridge is at {bridge.settings.web.base_url}. Ctrl-C ends it.")
        _run(bridge)
        return
    from zoom_bridge.trial import Trial

    if fresh and (data / "trial.json").exists():
        if not yes:
            click.confirm(f"Throw away all events, registrations and letters in {data}?", abort=True)
        Trial.throw_away(data)
    trial = Trial.prepare(data, port)
    try:
        trial.start(_work_once)
        click.echo(trial.where_to_look())
        _run(trial.bridge)
    finally:
        trial.stop()
        click.echo("The trial has ended. Its data stays in " + str(data) + ".")


@main.command()
@config_option
@click.option("--processes", type=click.IntRange(1, 64), help="Default: 1 with SQLite, 2 with PostgreSQL.")
def serve(config_path: Path | None, processes: int | None) -> None:
    """The web pages alone, under gunicorn."""
    from zoom_bridge.serving import Pages

    settings = _settings(config_path)
    usual = 1 if _ready(settings).db.sqlite else 2
    web = settings.web

    def load() -> "WSGIApplication":
        from zoom_bridge.web.app import create_app

        return create_app(assemble(settings))

    Pages(web.host, web.port, processes or usual, web.threads, load).run()


@main.command()
@config_option
def work(config_path: Path | None) -> None:
    """The jobs alone: sync, letters, webhooks, attendance. The same as python -m jobs."""
    from jobs.scheduler import Clockwork

    clockwork = Clockwork(_ready(_settings(config_path)))
    stop = _stop_on_signals()
    clockwork.start()
    log.info("working; SIGTERM ends it")
    stop.wait()
    clockwork.stop()


@main.command()
@config_option
@click.option("--port", type=click.IntRange(1, 65535), help="Default: the port in zoom.api_url.")
@click.option("--webhook-url", help="Where to tell what happened. Default: web.base_url + /zoom/webhooks.")
@click.option("--memory", type=click.Path(path_type=Path), help="A file to remember everything in.")
def simulate(config_path: Path | None, port: int | None, webhook_url: str | None, memory: Path | None) -> None:
    """The pretend Zoom alone, with the port, the webhook target and the secrets of the same configuration."""
    from zoom_bridge.listening import Listener
    from zoom_bridge.simulator.records import SimulatorSettings
    from zoom_bridge.simulator.sender import WebhookSender
    from zoom_bridge.simulator.server import create_simulator
    from zoom_bridge.simulator.world import World

    settings = _settings(config_path)
    address = urlsplit(settings.zoom.api_url)
    world = World(
        SimulatorSettings(
            public_url=f"{address.scheme}://{address.netloc}",
            webhook_url=webhook_url or f"{settings.web.base_url}/zoom/webhooks",
            webhook_secret=settings.zoom.webhook_secret.get_secret_value(),
            account_id=settings.zoom.account_id,
            client_id=settings.zoom.client_id,
            client_secret=settings.zoom.client_secret.get_secret_value(),
        ),
        path=memory,
    )
    sender = WebhookSender(world)
    chosen = port or address.port or 80
    listener = Listener(create_simulator(world), "127.0.0.1", chosen)
    stop = _stop_on_signals()
    sender.start()
    click.echo(f"The pretend Zoom is at {world.settings.public_url}. Ctrl-C ends it.")
    _answer(listener, stop)
    sender.stop()


@main.group()
def db() -> None:
    """The database's schema."""


@db.command()
@config_option
def upgrade(config_path: Path | None) -> None:
    """Bring the schema up to date. May be called at any time, by several at once."""
    from zoom_bridge.store import migrations

    bridge = assemble(_settings(config_path))
    migrations.upgrade(bridge.db)
    click.echo(f"The database is at revision {migrations.newest_revision()}.")


@db.command()
@config_option
def restored(config_path: Path | None) -> None:
    """After a backup was put back: hold all letters and reminders whose time has come. A copy that “backup” made knows
    by itself that it was put back; this is for all others, before serve and work are started."""
    from zoom_bridge.flows import restoring

    bridge = _ready(_settings(config_path))
    _say_held(bridge, restoring.restored(bridge.db, bridge.clock()))


@main.command()
@config_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(config_path: Path | None, file: Path) -> None:
    """Copy a SQLite database to FILE while it is in use. The copy knows that it is one: when it is put back, letters of
    the past are held until an owner decides."""
    from zoom_bridge.store import copies

    settings = _settings(config_path)
    if not settings.database.url.startswith("sqlite"):
        raise click.ClickException(
            "This database is on PostgreSQL, which has its own: pg_dump --format=custom --file FILE.\n"
            "After putting it back, and before serve and work are started: zoom-bridge db restored --config FILE"
        )
    try:
        copies.write_copy(_ready(settings).db, file)
    except copies.NoCopy as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file} is a copy of the database as it is now.")


@main.command()
@config_option
@click.argument("file", type=click.File(encoding="utf-8"))
def replay(config_path: Path | None, file: TextIO) -> None:
    """Keep Zoom's reports from FILE (JSON lines, as the settings page offers them) as if they had just come. Those that
    are here already change nothing; “zoom-bridge work” applies the others."""
    from zoom_bridge.flows import replaying

    bridge = _ready(_settings(config_path))
    try:
        replayed = replaying.replay(bridge.db, file, bridge.clock())
    except (replaying.Unreadable, UnicodeError) as error:
        raise click.ClickException(f"This is no file of reports from Zoom: {error}.") from error
    click.echo(f"{replayed.read} reports, {replayed.new} of them new. They are applied by “zoom-bridge work”.")


@main.command()
@config_option
@click.argument("email")
@click.option("--name", required=True, help="The organiser's name, as colleagues know it.")
@click.option("--language", type=click.Choice(["de", "en"]), default="de", show_default=True)
@click.option(
    "--role",
    type=click.Choice(["owner", "editor", "reception"]),
    default="owner",
    show_default=True,
    help="Owners also see to settings and team, editors to events, reception to people. Who is known keeps theirs.",
)
def invite(config_path: Path | None, email: str, name: str, language: str, role: str) -> None:
    """Make somebody an organiser and print a sign-in link for them, good once and for half an hour."""
    from zoom_bridge.domain.account import Role
    from zoom_bridge.flows import welcoming

    address = _address(email, "EMAIL")
    bridge = _ready(_settings(config_path))
    click.echo(welcoming.invite(bridge.db, bridge.links, address, name, language, bridge.clock(), Role(role)))


@main.command()
@config_option
@click.option("--data", type=click.Path(path_type=Path), default=Path("zoom-bridge-data"), show_default=True)
@click.option("--language", type=click.Choice(["de", "en"]), help="Default: German when LANG begins with de.")
@click.option("--json", "as_json", is_flag=True, help='For programs: {"checks": [{"id", "ok", "says", "do"}]}.')
@click.option(
    "--letter-to", metavar="ADDRESS", default="", help="Send a test letter there, the way that all letters go."
)
@click.option(
    "--dkim-selector", "selectors", multiple=True, help="Behind “s=” in signed letters. Default: the usual."
)
def doctor(
    config_path: Path | None,
    data: Path,
    language: str | None,
    as_json: bool,
    letter_to: str,
    selectors: tuple[str, ...],
) -> None:
    """Look at everything the service leans on, and say what is wrong and what to do. Within half a minute.

    Configuration, database and jobs; access to Zoom, permissions, clock, hosts with licences and settings, limits;
    the address for webhooks, from outside; the mail server, the mailbox that letters come back to, and what the DNS
    says of the sender's domain (SPF, DKIM, DMARC). Nothing is changed, and no letter is sent without --letter-to. Ends
    with 1 when something is not in order.

    Without --config and without settings in the environment: the trial that runs with --data."""
    from zoom_bridge import doctor as practice
    from zoom_bridge.i18n import speech
    from zoom_bridge.web import diagnosis

    spoken = language or ("de" if os.environ.get("LANG", "").lower().startswith("de") else "en")
    wanted = practice.Wanted(_address(letter_to, "--letter-to") if letter_to else "", spoken, selectors)
    try:
        with _silenced("zoom_bridge.zoom"):  # what goes wrong is said in a line of its own
            findings = practice.examine(load_settings(config_path or _config_of_trial(data)), wanted)
    except ConfigError as error:
        findings = practice.unreadable(error.problems)
    reader = speech(spoken)
    click.echo(diagnosis.as_json(findings, reader) if as_json else "\n".join(diagnosis.lines(findings, reader)))
    if any(finding.good is False for finding in findings):
        sys.exit(1)


def _address(typed: str, what: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise click.BadParameter(str(error), param_hint=what) from error


@contextmanager
def _silenced(logger: str) -> Iterator[None]:
    quiet = logging.getLogger(logger)
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        quiet.setLevel(level)


def _config_of_trial(data: Path) -> Path | None:
    """Of the trial that runs there; None when the environment holds the settings."""
    from zoom_bridge.trial import CONFIG

    if any(name.startswith(PREFIX) for name in os.environ):
        return None
    if not (data / CONFIG).exists():
        raise click.ClickException(
            f"No trial runs in {data}. Start one with “zoom-bridge run”, or name your configuration with --config."
        )
    return data / CONFIG


def _settings(path: Path | None) -> Settings:
    try:
        return load_settings(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _ready(settings: Settings) -> Bridge:
    """The parts, if the database's schema is the one this version expects."""
    from zoom_bridge.flows import restoring
    from zoom_bridge.store import migrations
    from zoom_bridge.store.database import DatabaseUnavailable

    bridge = assemble(settings)
    try:
        current, newest = bridge.db.schema_revision(), migrations.newest_revision()
    except DatabaseUnavailable as error:
        raise click.ClickException(f"The database does not answer: {error}") from error
    if current != newest:
        state = f"is at revision {current}" if current else "is empty"
        raise click.ClickException(
            f"The database {state}, this version needs revision {newest}.\n"
            "Bring it up to date with: zoom-bridge db upgrade --config FILE"
        )
    held = restoring.notice_copy(bridge.db, bridge.clock())
    if held is not None:
        _say_held(bridge, held)
    return bridge


def _say_held(bridge: Bridge, held: int) -> None:
    click.echo(
        f"A backup was put back. {held} letters are held, and reminders whose time has come will be: they may have left "
        "after the backup was made.\n"
        f"An owner decides about them at {bridge.links.page('/organiser/settings/held')}",
        err=True,
    )


def _run(bridge: Bridge) -> None:
    """Pages and jobs in this process, until Ctrl-C or SIGTERM; then the row in hand is finished."""
    from jobs.scheduler import Clockwork
    from zoom_bridge.listening import Listener
    from zoom_bridge.web.app import create_app

    web = bridge.settings.web
    listener = Listener(create_app(bridge), web.host, web.port, threads=web.threads)
    clockwork = Clockwork(bridge)
    stop = _stop_on_signals()
    clockwork.start()
    _answer(listener, stop)
    clockwork.stop()
    bridge.post.close()


def _work_once(bridge: Bridge) -> None:
    """Every job once, as it would run by itself."""
    from jobs.timetable import TIMETABLE

    for job in TIMETABLE:
        job.run(bridge, threading.Event())


def _answer(listener: "Listener", stop: threading.Event) -> None:
    """Answer requests until the stop, then finish those in hand."""
    listener.start()
    while not stop.wait(1):
        if not listener.is_alive():
            raise click.ClickException("The pages have stopped answering; the log says why.")
    listener.stop()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stop
