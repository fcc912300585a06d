"""A series on its pages: made by Olga, chosen from by Anna."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.visitor import Page, Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recurrence import Start, on_day
from zoom_bridge.domain.series import Registering, Series
from zoom_bridge.flows import hosting, registering, serial, subscribing
from zoom_bridge.store import dates, registrations
from zoom_bridge.web.dates_form import start_of

ANNA_TYPED = {"first_name": "Anna", "last_name": "Albers", "email": ANNA.email}
Visit = Callable[..., Visitor]


def dates_of(bridge: Bridge, series: Series) -> list[Event]:
    with bridge.db.reading() as connection:
        return dates.list_of(connection, series.id)


def everybody(bridge: Bridge, event: Event) -> list[str]:
    with bridge.db.reading() as connection:
        return [one.email for one in registrations.list_for_event(connection, event.id)]


@pytest.fixture
def series(bridge: Bridge, event: Event) -> Series:
    """Three Mondays, to choose from."""
    more = [Start(date(2026, 9, 14)), Start(date(2026, 9, 21))]
    return serial.make_series(bridge.db, event.id, more, Registering.PER_DATE, bridge.clock())


@pytest.fixture
def once(bridge: Bridge, event: Event) -> Series:
    """The same, registered for once."""
    more = [Start(date(2026, 9, 14)), Start(date(2026, 9, 21))]
    return serial.make_series(bridge.db, event.id, more, Registering.ONCE, bridge.clock())


# Olga


def wanted(olga: Visitor, event: Event, **typed: object) -> Page:
    form = olga.open(f"/organiser/events/{event.id}/dates")
    return form.submit("rhythm", button="preview", **{"registering": "per_date"} | typed)


def test_nothing_is_made_before_all_dates_were_seen(olga: Visitor, event: Event, bridge: Bridge) -> None:
    preview = wanted(olga, event, rhythm="weekly", number="4")

    assert preview.status == 200
    assert "28. September 2026" in preview.text
    assert olga.open(f"/organiser/events/{event.id}").links("Weitere Termine")

    back = preview.submit("action", button="back")
    assert dict(back.form("rhythm").fields)["number"] == "4", "what was typed is still there"

    page = preview.submit("action", button="make")
    assert "3 weitere Termine sind angelegt." in page.text
    assert page.path == "/organiser/series/1"
    assert "Alle Termine der Reihe" in olga.open(f"/organiser/events/{event.id}").text
    assert len(olga.open("/organiser/coming").links("Reihe")) == 4


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"rhythm": "weekly"}, "Bitte geben Sie an, wie viele Termine es sind"),
        ({"rhythm": "weekly", "number": "3", "until": "2026-10-05"}, "nur eines von beiden"),
        ({"rhythm": "weekly", "until": "2030-10-05"}, "mehr als 50 Termine"),
        ({"rhythm": "weekly", "number": "1"}, "kein weiterer Termin"),
        ({"rhythm": "chosen", "chosen": "14.9.2026\nbald"}, "„bald“ ist kein Datum"),
        ({"rhythm": "chosen", "chosen": "31.12.9999, 23.50"}, "Bitte prüfen Sie das Jahr"),
        ({"rhythm": "chosen", "chosen": "1.1.0001, 0.10"}, "Bitte prüfen Sie das Jahr"),
        ({"rhythm": "chosen", "chosen": "14.9.2020"}, "liegt in der Vergangenheit"),
        ({"rhythm": "chosen", "chosen": "14.9.2026\n7.9.2026"}, "07.09.2026 kommt zweimal vor"),
        ({"rhythm": "chosen", "chosen": "28.3.2027, 2.30"}, "gibt es diese Uhrzeit nicht"),
        ({"rhythm": "chosen", "chosen": "25.10.2026 2.30 Uhr"}, "gibt es diese Uhrzeit zweimal"),
    ],
)
def test_what_does_not_fit_comes_back_with_everything_typed(
    olga: Visitor, event: Event, typed: dict[str, str], sentence: str
) -> None:
    page = wanted(olga, event, **typed)

    assert page.status == 422
    assert sentence in page.text
    assert typed.items() <= {name: text.replace("\r\n", "\n") for name, text in page.form("number").fields}.items()


def test_a_date_at_which_the_zoom_account_is_taken_is_named(olga: Visitor, event: Event, bridge: Bridge) -> None:
    other = on_day(serial.draft_of(event), Start(date(2026, 9, 14)))
    hosting.create_event(bridge.db, replace(other, title_de="Sprechstunde"), bridge.clock())

    preview = wanted(olga, event, rhythm="weekly", number="3")

    assert "1 Termin überschneidet sich" in preview.text
    assert "„Sprechstunde“, Montag, 14. September 2026" in preview.text


def test_dates_that_take_the_account_from_one_another_are_named_too(olga: Visitor, event: Event) -> None:
    preview = wanted(olga, event, rhythm="chosen", chosen="14.9.2026\n14.9.2026, 11.00\n21.9.2026")

    assert "1 Termin überschneidet sich" in preview.text
    assert "„Gute Nachbarschaft“, Montag, 14. September 2026, 10.00 bis 11.30 Uhr" in preview.text.replace(
        "\xa0", " "
    )


def test_a_form_whose_token_is_too_old_comes_back_as_well(olga: Visitor, event: Event) -> None:
    page = wanted(olga, event, rhythm="weekly", number="4", csrf_token="old")

    assert page.status == 403
    assert dict(page.form("rhythm").fields)["number"] == "4"


def test_a_day_is_read_with_or_without_its_time() -> None:
    assert start_of("7.12.2026") == Start(date(2026, 12, 7))
    for line in ("7.12.2026, 19.00", "2026-12-07 19:00", "7. 12. 2026, 19 Uhr"):
        start = start_of(line)
        assert start is not None
        assert (start.day, start.clock and start.clock.hour) == (date(2026, 12, 7), 19), line
    assert start_of("19.00") is None


def test_a_date_more_and_the_same_texts_everywhere(
    olga: Visitor, series: Series, bridge: Bridge, event: Event
) -> None:
    page = olga.open(f"/organiser/series/{series.id}")
    wrong = page.submit("day", day="14.09.2026")
    assert (wrong.status, "14.09.2026 kommt zweimal vor" in wrong.text) == (422, True)
    more = wrong.submit("day", day="5.10.2026", clock="18.00")
    assert "Der Termin ist angelegt." in more.text
    _, _, _, last = dates_of(bridge, series)
    assert (last.starts_wall.hour, last.published_at is not None) == (18, True)

    hosting.change_event(bridge.db, event.id, replace(serial.draft_of(event), title_de="Anders"), bridge.clock())
    asked = more.submit("from", **{"from": event.id})
    assert "14. September 2026" in asked.text
    assert "In 3 Terminen übernehmen" in asked.text
    assert "3 Termine haben jetzt diese Texte." in asked.submit("/texts").text
    assert {one.title_de for one in dates_of(bridge, series)} == {"Anders"}


def test_a_date_more_on_a_taken_account_says_so(olga: Visitor, series: Series) -> None:
    page = olga.open(f"/organiser/series/{series.id}").submit("day", day="14.9.2026", clock="12.00")

    assert "Der Termin ist angelegt." in page.text
    assert "ist belegt durch „Gute Nachbarschaft“, Montag, 14. September 2026" in page.text.replace("\xa0", " ")


def test_nothing_is_added_where_all_is_cancelled(olga: Visitor, series: Series, bridge: Bridge) -> None:
    opened = olga.open(f"/organiser/series/{series.id}")
    for one in dates_of(bridge, series):
        hosting.cancel_event(bridge.db, one.id, bridge.clock())

    page = opened.submit("day", day="5.10.2026")

    assert "Eine abgesagte Veranstaltung lässt sich nicht mehr ändern." in page.text
    assert "Noch ein Termin" not in page.text
    assert len(dates_of(bridge, series)) == 3


def test_dates_of_a_draft_are_drafts_until_they_are_published_together(
    olga: Visitor, visit: Visit, bridge: Bridge, event: Event
) -> None:
    draft = hosting.create_event(bridge.db, serial.draft_of(event), bridge.clock())
    made = serial.make_series(bridge.db, draft.id, [Start(date(2026, 9, 14))], Registering.ONCE, bridge.clock())
    assert visit().open(f"/s/{made.slug}").status == 404, "a draft is seen by nobody"

    page = olga.open(f"/organiser/series/{made.id}").submit("/publish")

    assert "2 Termine sind veröffentlicht." in page.text
    assert visit().open(f"/s/{made.slug}").status == 200


# Anna


def test_the_page_says_of_each_date_how_it_stands(
    visit: Visit, series: Series, bridge: Bridge, event: Event, clock: Clock
) -> None:
    _, second, third = dates_of(bridge, series)
    hosting.cancel_event(bridge.db, second.id, clock())
    clock.set(event.ends_at)

    page = visit().open(f"/s/{series.slug}")

    assert page.response.headers.getlist("Set-Cookie") == []
    assert "Beendet" in page.text
    assert "Abgesagt" in page.text
    assert page.links("Zur Anmeldung") == [f"/s/{series.slug}/register"]
    assert visit().open(f"/e/{third.slug}").links("Alle Termine") == [f"/s/{series.slug}"]


def test_somebody_chooses_dates_and_forgets_to_choose(
    visit: Visit, series: Series, bridge: Bridge, event: Event
) -> None:
    first, second, third = dates_of(bridge, series)
    form = visit().open(f"/s/{series.slug}/register")

    wrong = form.submit("email", **ANNA_TYPED)
    assert wrong.status == 422
    assert "Termine: Bitte wählen Sie mindestens einen Termin aus." in wrong.text

    sent = wrong.submit("email", dates=[first.slug, third.slug, "elsewhere"])
    assert sent.path == f"/s/{series.slug}/registered"
    assert [everybody(bridge, one) for one in (first, second, third)] == [[ANNA.email], [], [ANNA.email]]


def test_a_full_date_is_not_offered_and_one_that_fills_meanwhile_is_named(
    visit: Visit, series: Series, bridge: Bridge
) -> None:
    _, second, third = dates_of(bridge, series)
    hosting.change_event(bridge.db, second.id, replace(serial.draft_of(second), capacity=1), bridge.clock())
    opened = visit().open(f"/s/{series.slug}/register")
    registering.register(bridge.db, second.slug, BEN, bridge.clock())
    with bridge.db.reading() as connection:
        (ben,) = registrations.list_for_event(connection, second.id)
    registering.confirm(bridge.db, ben.key, bridge.clock())

    sent = opened.submit("email", **ANNA_TYPED, dates=[second.slug, third.slug])

    assert "Nicht alle Termine waren frei" in sent.text
    assert "14. September 2026" in sent.text
    assert everybody(bridge, third) == [ANNA.email]
    assert ANNA.email not in everybody(bridge, second)
    again = visit().open(f"/s/{series.slug}/register")
    assert second.slug not in again.html
    assert "Ausgebucht:" in again.text
    assert opened.submit("email", **ANNA_TYPED, dates=second.slug).status == 409


def test_who_registers_once_is_led_from_each_date_to_the_form_for_all(
    visit: Visit, once: Series, bridge: Bridge, event: Event
) -> None:
    form = visit().open(visit().open(f"/e/{event.slug}").links("Zur Anmeldung")[0])
    assert form.path == f"/s/{once.slug}/register"
    assert visit().open(f"/e/{event.slug}/register").path == form.path
    assert "zu allen 3 Terminen" in form.text

    form.submit("email", **ANNA_TYPED)

    assert [everybody(bridge, one) for one in dates_of(bridge, once)] == [[ANNA.email]] * 3


def test_the_form_for_several_dates_knows_robots_and_the_impatient(
    visit: Visit, series: Series, bridge: Bridge, event: Event
) -> None:
    form = visit().open(f"/s/{series.slug}/register")
    caught = form.submit("email", **ANNA_TYPED, dates=event.slug, remark="Buy!")
    assert caught.status == 422

    answers = [form.submit("email", **ANNA_TYPED, dates=event.slug).status for _ in range(7)]

    assert answers == [200] * 5 + [429] * 2


def test_what_has_lapsed_is_not_offered_for_confirmation(
    visit: Visit, series: Series, bridge: Bridge, clock: Clock
) -> None:
    slugs = [one.slug for one in dates_of(bridge, series)]
    subscribing.register_for_dates(bridge.db, series.slug, slugs, ANNA, bridge.clock())
    with bridge.db.reading() as connection:
        first, *_ = [one.registration for one in dates.taken_by(connection, series.id, ANNA.email)]
    clock.advance(hours=72)

    assert visit().open(bridge.links.confirm(first.key)).status == 410


def test_the_date_that_is_left_is_the_one_that_is_named(visit: Visit, series: Series, bridge: Bridge) -> None:
    first, second, _ = dates_of(bridge, series)
    subscribing.register_for_dates(bridge.db, series.slug, [first.slug, second.slug], ANNA, bridge.clock())
    hosting.cancel_event(bridge.db, first.id, bridge.clock())
    with bridge.db.reading() as connection:
        chosen, _ = [one.registration for one in dates.taken_by(connection, series.id, ANNA.email)]

    asked = visit().open(bridge.links.confirm(chosen.key))

    assert "14. September 2026" in asked.text
    assert "7. September 2026" not in asked.text
    assert "Ihr Platz ist sicher" in asked.submit("/confirm/").text


def test_the_personal_page_knows_the_other_dates_and_cancels_one_or_all(
    visit: Visit, series: Series, bridge: Bridge, event: Event
) -> None:
    subscribing.register_for_dates(
        bridge.db, series.slug, [one.slug for one in dates_of(bridge, series)], ANNA, bridge.clock()
    )
    with bridge.db.reading() as connection:
        first, *_ = [one.registration for one in dates.taken_by(connection, series.id, ANNA.email)]
    asked = visit().open(bridge.links.confirm(first.key))
    assert "21. September 2026" in asked.text

    page = asked.submit("/confirm/")
    assert "Ihre weiteren Termine" in page.text
    other = visit().open(page.links("14. September 2026")[0])
    one = visit().open(f"{other.path}/cancel").submit("/cancel", button="Nur diesen Termin absagen")
    assert "Sie sind abgemeldet" in one.text
    with bridge.db.reading() as connection:
        assert [one.registration.active for one in dates.taken_by(connection, series.id, ANNA.email)] == [
            True,
            False,
            True,
        ]

    cancelling = visit().open(f"{page.path}/cancel")
    assert "Möchten Sie sich abmelden?" in visit().open(cancelling.links("21. September 2026")[0]).text
    (form,) = [form for form in cancelling.forms if ("which", "all") in form.fields]
    cancelling.visitor.post(form.action, form.fields)
    with bridge.db.reading() as connection:
        assert not [one for one in dates.taken_by(connection, series.id, ANNA.email) if one.registration.active]
