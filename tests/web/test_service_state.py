"""The settings' page about the mail server, Zoom and our own jobs: how each is, what is wrong, what to do."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from tests.cast import ANNA
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import registering
from zoom_bridge.flows.mailing import POSTAGE
from zoom_bridge.store import allowances, budgets, tables

STATE = "/organiser/settings/state"


pytestmark = pytest.mark.either_database


def ran(bridge: Any, job: str, **trouble: Any) -> None:
    with bridge.db.transaction() as connection:
        row = {"job": job, "finished_at": bridge.clock(), "done": 0, "alarm": False} | trouble
        connection.execute(insert(tables.runs).values(**row))


def test_jobs_say_what_fails_since_when_what_to_do_and_show_no_secret(
    olga: Any, bridge: Any, clock: Any, settings: Any
) -> None:
    error = "The mail server refuses our user name or password: “authentication failed” (535)"
    ran(bridge, "send_mail", failed_since=clock() - timedelta(hours=1), alarm=True, last_error=error)

    page = olga.open(STATE)

    assert "E‑Mails verschicken: gestört seit 01.09.2026, 9.00 Uhr" in page.text
    assert "Der Mailserver lehnt unseren Benutzernamen oder unser Passwort ab" in page.text
    assert "prüfen Sie in der Konfigurationsdatei den Abschnitt [mail]" in page.text
    for secret in (settings.zoom.client_secret, settings.zoom.webhook_secret, settings.web.secret_key):
        assert secret.get_secret_value() not in page.html
    assert settings.database.url not in page.html


def test_trouble_with_zoom_stands_with_zoom(olga: Any, bridge: Any, clock: Any) -> None:
    error = "Zoom does not accept our account ID, client ID or secret."
    ran(bridge, "sync_webinars", failed_since=clock(), alarm=True, last_error=error)

    text = olga.open(STATE).text

    assert "den Abschnitt [zoom]" in text
    assert "den Abschnitt [mail]" not in text


def test_before_anything_ran_the_page_says_what_is_missing(olga: Any) -> None:
    text = olga.open(STATE).text

    assert "Noch ist keine Aufgabe gelaufen." in text
    assert "Die Aufgaben laufen nicht" in text
    assert "Impressum und Datenschutzhinweise müssen geschrieben sein" in text
    assert "diese Adresse stehen: https://events.example.org/zoom/webhooks" in text
    assert "Zuletzt übergeben noch nichts" in text
    assert "Probelauf" not in text


def test_when_all_is_well_it_says_when_each_last_worked(
    olga: Any, bridge: Any, event: Any, work: Any, world: Any
) -> None:
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    for job in ("send_mail", "sync_webinars"):
        ran(bridge, job)
    work()
    with bridge.db.transaction() as connection:
        row = {"name": "webinar.started", "body": b"{}", "digest": "d" * 64, "received_at": bridge.clock()}
        connection.execute(insert(tables.deliveries).values(**row))

    text = olga.open(STATE).text

    assert "Nichts. Alles, was sich von hier aus sehen lässt, ist eingerichtet." in text
    assert "mail.example.org:587, verschlüsselt (STARTTLS)" in text
    assert "Zuletzt übergeben 01.09.2026, 10.00 Uhr" in text
    assert "Zoom-Konto account" in text
    assert "Letzter Aufruf, der gelang 01.09.2026, 10.00 Uhr" in text
    assert "Letzter Bericht von Zoom 01.09.2026, 10.00 Uhr" in text


def test_a_letter_that_waits_says_why(olga: Any, bridge: Any, event: Any, work: Any, mailbox: Any) -> None:
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    mailbox.down(Failure("The mail server cannot be reached."))
    work()

    assert "Der Mailserver ist nicht erreichbar." in olga.open(STATE).text


def test_work_that_waits_for_long_means_that_nobody_works(olga: Any, bridge: Any, event: Any, clock: Any) -> None:
    ran(bridge, "send_mail")
    soon = olga.open(STATE).text

    clock.advance(minutes=16)

    assert "Die Aufgaben laufen nicht" not in soon
    assert "Die Aufgaben laufen nicht" in olga.open(STATE).text


def test_when_zoom_takes_no_more_today_the_page_says_until_when(olga: Any, bridge: Any, clock: Any) -> None:
    midnight = clock().replace(hour=0) + timedelta(days=1)
    budgets.Ledger(bridge.db).hold("heavy", midnight, clock())

    text = olga.open(STATE).text

    assert "Zoom nimmt heute nichts mehr an; weiter um 2.00 Uhr." in text
    clock.set(midnight)
    assert "Zoom nimmt heute nichts mehr an" not in olga.open(STATE).text


def test_a_spent_hour_at_the_mail_server_says_until_when(app: Any, olga: Any, bridge: Any, clock: Any) -> None:
    mail = bridge.settings.mail
    object.__setattr__(mail, "most_per_hour", 20)
    with bridge.db.transaction() as connection:
        allowances.book(connection, POSTAGE, 20, 20, clock())

    assert "20 E‑Mails je Stunde an; um 11.01 Uhr geht es weiter" in olga.open(STATE).text

    clock.advance(minutes=61)
    assert "je Stunde" not in olga.open(STATE).text
