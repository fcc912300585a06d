"""Assembles the parts once: settings, database, Zoom, post office, letters, links, clock, and the mailbox that
letters come back to. No behaviour.

This is where the clock comes from: everybody else is handed `now`, or a clock to ask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from zoom_bridge.config import Settings
from zoom_bridge.links import Links
from zoom_bridge.mail.destinations import Destinations
from zoom_bridge.mail.letters import Letters
from zoom_bridge.mail.return_box import ReturnBox
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.store.budgets import Ledger
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.calls import new_session
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.oauth import Oauth
from zoom_bridge.zoom.pacing import Pace


@dataclass(frozen=True)
class Bridge:
    settings: Settings
    db: Database
    zoom: ZoomClient
    post: PostOffice
    letters: Letters
    links: Links
    clock: Callable[[], datetime]
    return_box: ReturnBox | None = None
    destinations: Destinations = field(default_factory=Destinations)


def return_box_of(settings: Settings, timeout: float = 30) -> ReturnBox | None:
    imap = settings.imap
    if not imap.host:
        return None
    password = imap.password.get_secret_value()
    return ReturnBox(imap.host, imap.port, imap.security, imap.username, password, imap.folder, timeout)


def system_clock() -> datetime:
    return datetime.now(UTC)


def assemble(settings: Settings, clock: Callable[[], datetime] = system_clock) -> Bridge:
    links = Links(settings.web.base_url, settings.web.secret_key.get_secret_value())
    session = new_session()
    zoom = settings.zoom
    oauth = Oauth(
        session, zoom.oauth_url, zoom.account_id, zoom.client_id, zoom.client_secret.get_secret_value(), clock
    )
    mail = settings.mail
    db = Database(settings.database.url, pool_size=settings.web.threads)
    return Bridge(
        settings=settings,
        db=db,
        zoom=ZoomClient(session, oauth, zoom.api_url, clock, Pace(Ledger(db), zoom.plan, clock)),
        post=PostOffice(
            mail.host,
            mail.port,
            mail.security,
            mail.username,
            mail.password.get_secret_value() if mail.password else None,
            clock=clock,
        ),
        letters=Letters(links, mail.sender, mail.bounces),
        links=links,
        clock=clock,
        return_box=return_box_of(settings),
    )
