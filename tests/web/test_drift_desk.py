"""What organisers read of changes made at Zoom, and their two buttons."""

from datetime import timedelta

import pytest

from tests.cast import ANNA, BEN
from tests.flows.deeds import attend, current, drifts, in_zoom
from zoom_bridge.domain.account import Role

EVENT = "/organiser/events/{}"


@pytest.fixture
def changed(bridge, event, world, work):
    """Somebody changed three things in Zoom's portal."""
    work()
    world.update_webinar(
        in_zoom(world)[0].id,
        {
            "topic": "Umbenannt",
            "start_time": "2026-09-07T09:00:00Z",
            "settings": {"registrants_email_notification": True},
        },
    )
    work()
    return event


def test_each_change_is_a_sentence_with_both_values(olga, changed):
    page = olga.open(EVENT.format(changed.id))

    assert "Titel: bei Zoom „Umbenannt“, hier „Gute Nachbarschaft“." in page.text
    assert "Beginn: bei Zoom 07.09.2026, 11.00 Uhr, hier 07.09.2026, 10.00 Uhr." in page.text
    assert (
        "Eigene E-Mails von Zoom an Angemeldete: bei Zoom an, hier aus. Die Leute bekommen dann"
        in page.text.replace("\N{NON-BREAKING HYPHEN}", "-")
    )
    assert "3 Änderungen bei Zoom warten auf Ihre Entscheidung." in olga.open("/organiser/").text


def test_olga_takes_the_title_and_puts_the_mails_back(olga, bridge, changed, world, work):
    page = olga.open(EVENT.format(changed.id))
    page = page.submit("/drift/topic/take")
    page = page.submit("/drift/registrants_email_notification/back")
    work()

    assert page.status == 200
    assert current(bridge, changed).title_de == "Umbenannt"
    assert in_zoom(world)[0].settings["registrants_email_notification"] is False
    assert drifts(bridge, changed).keys() == {"start_time"}


def test_before_zooms_time_is_taken_a_page_says_how_many_letters_that_means(olga, bridge, changed, work):
    attend(bridge, changed, ANNA, BEN)
    page = olga.open(olga.open(EVENT.format(changed.id)).links("Zooms Stand übernehmen")[0])
    asked = (page.text, current(bridge, changed).starts_at)

    page.submit("/drift/start_time/take")

    assert "2 Menschen bekommen eine E-Mail mit der neuen Zeit" in asked[0].replace("\N{NON-BREAKING HYPHEN}", "-")
    assert asked[1] == changed.starts_at
    assert current(bridge, changed).starts_at == changed.starts_at + timedelta(hours=1)


def test_what_changed_once_more_meanwhile_is_not_taken(olga, bridge, changed, world, clock, work):
    page = olga.open(EVENT.format(changed.id))
    clock.advance(minutes=1)
    world.update_webinar(in_zoom(world)[0].id, {"topic": "Noch einmal"})
    work()

    page = page.submit("/drift/topic/take")

    assert "inzwischen geändert" in page.text
    assert current(bridge, changed).title_de == "Gute Nachbarschaft"


def test_a_start_that_has_passed_can_only_be_put_back(olga, bridge, event, world, work):
    work()
    world.update_webinar(in_zoom(world)[0].id, {"start_time": "2026-08-31T09:00:00Z"})
    work()

    page = olga.open(EVENT.format(event.id))

    assert "Diese Zeit ist vorbei" in page.text
    assert not page.links("Zooms Stand übernehmen")
    assert page.form("/drift/start_time/back")


def test_what_stays_as_zoom_has_it_can_be_put_back_later(olga, bridge, event, world, work):
    work()
    world.update_webinar(in_zoom(world)[0].id, {"settings": {"audio": "voip"}})
    work()
    page = olga.open(EVENT.format(event.id)).submit("/drift/audio/take")
    kept = in_zoom(world)[0].settings["audio"]

    page.submit("/drift/audio/back")
    work()

    assert "1 Einstellung bleibt, wie Zoom sie hat" in page.text
    assert "wartet auf Ihre Entscheidung" not in olga.open("/organiser/").text
    assert (kept, in_zoom(world)[0].settings["audio"]) == ("voip", "both")


def test_another_passcode_is_taken_note_of(olga, bridge, event, world, work):
    work()
    world.update_webinar(in_zoom(world)[0].id, {"password": "987654"})
    work()
    page = olga.open(EVENT.format(event.id))

    after = page.submit("/drift/passcode/take")

    assert "Der Kenncode des Webinars wurde bei Zoom geändert." in page.text
    assert "Kenncode" not in after.text


def test_reception_reads_and_does_not_decide(olga, visit, bridge, changed):
    from zoom_bridge.flows import welcoming

    reception = visit()
    link = welcoming.invite(
        bridge.db, bridge.links, "reception@example.org", "Rita", "de", bridge.clock(), role=Role.RECEPTION
    )
    page = reception.open(link).submit("/sign-in/")
    page = reception.open(EVENT.format(changed.id))

    assert "bei Zoom „Umbenannt“" in page.text
    assert not [form for form in page.forms if "/drift/" in form.action]
