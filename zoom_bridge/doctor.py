"""Puts together what `zoom-bridge doctor` looks at: the service's parts, each with little time to answer. What is
looked at is in `flows/examining.py`, what is said in `web/diagnosis.py`."""

from collections.abc import Callable
from datetime import datetime

from zoom_bridge.bridge import system_clock
from zoom_bridge.config import Problem, Settings
from zoom_bridge.domain.finding import N_, Finding
from zoom_bridge.flows import examining
from zoom_bridge.flows.examining import Patient
from zoom_bridge.links import Links
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


def examine(settings: Settings) -> list[Finding]:
    good = Finding(id="configuration", good=True, says=N_("The configuration makes sense."))
    return [good, *examining.examine(_patient(settings, system_clock))]


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


def _patient(settings: Settings, clock: Callable[[], datetime]) -> Patient:
    zoom, mail = settings.zoom, settings.mail
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
        post=PostOffice(
            mail.host,
            mail.port,
            mail.security,
            mail.username,
            mail.password.get_secret_value() if mail.password else None,
            timeout=_FOR_THE_MAIL_SERVER,
        ),
        mail_server=f"{mail.host}:{mail.port}",
        hosts=[zoom.host] if zoom.host else [],
        pretended=examining.only_here(zoom.api_url),
        clock=clock,
    )
