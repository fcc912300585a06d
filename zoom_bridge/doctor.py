"""Puts together what `zoom-bridge doctor` looks at: the service's parts, each with little time to answer. What is
looked at is in `flows/examining.py`, what is said in `web/diagnosis.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.bridge import return_box_of, system_clock
from zoom_bridge.config import Problem, Settings
from zoom_bridge.domain.finding import N_, Finding
from zoom_bridge.flows import examining
from zoom_bridge.flows.examining import Patient
from zoom_bridge.flows.vouching import Sending
from zoom_bridge.links import Links
from zoom_bridge.mail.names import Names
from zoom_bridge.mail.probe import probe
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.calls import new_session
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.doorbell import Doorbell
from zoom_bridge.zoom.oauth import Oauth
from zoom_bridge.zoom.overheard import Overheard

#: Seconds for one call to Zoom, and for each step towards the mail server.
_FOR_A_CALL = 8.0
_FOR_THE_MAIL_SERVER = 8.0
#: For a test letter, with the server's thinking after it.
_FOR_A_LETTER = 12.0


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for beside the usual: a test letter to this address, in this language; these names for keys."""

    letter_to: str = ""
    language: str = "en"
    selectors: Sequence[str] = ()


def examine(settings: Settings, wanted: Wanted) -> list[Finding]:
    good = Finding(id="configuration", good=True, says=N_("The configuration makes sense."))
    return [good, *examining.examine(_patient(settings, wanted, system_clock))]


def unreadable(problems: list[Problem]) -> list[Finding]:
    """Without a configuration nothing else can be looked at; each mistake in it is a finding."""
    return [
        *(
            Finding(
                id=f"configuration.{problem.key}",
                good=False,
                says=N_("Configuration: %(problem)s"),
                do=N_("config.example.toml explains every key."),
                values={"problem": str(problem)},
            )
            for problem in problems
        ),
        Finding(id="rest", good=None, says=N_("All else: not asked, because the configuration cannot be used.")),
    ]


def _patient(settings: Settings, wanted: Wanted, clock: Callable[[], datetime]) -> Patient:
    zoom = settings.zoom
    session = new_session()
    overheard = Overheard(session, clock)
    oauth = Oauth(
        session, zoom.oauth_url, zoom.account_id, zoom.client_id, zoom.client_secret.get_secret_value(), clock
    )
    links = Links(settings.web.base_url, settings.web.secret_key.get_secret_value())
    return Patient(
        db=Database(settings.database.url),
        zoom=ZoomClient(session, oauth, zoom.api_url, clock, deadline=_FOR_A_CALL),
        overheard=overheard,
        doorbell=Doorbell(
            new_session(),
            links.page("/zoom/webhooks"),
            zoom.webhook_secret.get_secret_value(),
            zoom.account_id,
            clock,
        ),
        sending=_sending(settings, wanted, links.host, clock),
        hosts=[zoom.host] if zoom.host else [],
        pretended=examining.only_here(zoom.api_url),
        clock=clock,
    )


def _sending(settings: Settings, wanted: Wanted, host: str, clock: Callable[[], datetime]) -> Sending:
    mail = settings.mail
    password = mail.password.get_secret_value() if mail.password else None
    office = PostOffice(
        mail.host,
        mail.port,
        mail.security,
        mail.username,
        password,
        timeout=_FOR_THE_MAIL_SERVER,
        deadline=_FOR_A_LETTER,
    )
    letter = (
        probe(mail.sender, mail.bounces, wanted.letter_to, host, wanted.language, clock())
        if wanted.letter_to
        else None
    )
    return Sending(
        post=office,
        server=f"{mail.host}:{mail.port}",
        sender=mail.sender,
        bounces=mail.bounces or mail.sender,
        names=Names(),
        selectors=wanted.selectors,
        box=return_box_of(settings, timeout=_FOR_THE_MAIL_SERVER),
        letter=letter,
    )
