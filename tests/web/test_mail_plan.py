"""The letters' page of an event: what goes when to whom, how each reads, and a test to one's own mailbox."""

import base64
import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.cast import ANNA, BEN, MALLORY, OLGA_EMAIL
from tests.web.test_organiser import seat
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.message import LETTING_IN, TO_PANEL, Kind
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES, ReminderRule, Unit
from zoom_bridge.flows import hosting, mailing
from zoom_bridge.i18n import speech
from zoom_bridge.store import organisers, outbox, overviews, tables
from zoom_bridge.web.letter_frame import letter_document
from zoom_bridge.web.mail_plan import read_plan

TO_ATTENDEES = [kind for kind in Kind if kind not in LETTING_IN | TO_PANEL | {Kind.CIRCULAR}]
LETTERS = "/organiser/events/{}/letters"


pytestmark = pytest.mark.either_database


def path(event, kind, more=""):
    return f"{LETTERS.format(event.id)}/{kind}{more}"


def row_of_test(bridge, organiser_id=1):
    with bridge.db.reading() as connection:
        messages = tables.messages
        query = messages.select().where(messages.c.organiser_id.is_not(None)).order_by(messages.c.id)
        return connection.execute(query).all()


# --- the plan ---------------------------------------------------------------------------------------------------


def test_the_plan_says_what_goes_when_and_leads_to_each_letter(olga, event):
    page = olga.open(LETTERS.format(event.id))

    assert "Sonntag, 6. September 2026, 10.00 Uhr: Erinnerung am Vortag" in page.text
    assert "Mittwoch, 7. Oktober 2026: Löschung" in page.text
    for kind in TO_ATTENDEES:
        assert path(event, kind) in page.links()
        assert olga.open(path(event, kind)).status == 200


def test_the_plan_counts_what_left_what_waits_and_what_was_not_sent_and_why(olga, event, bridge, work):
    seat(bridge, event, ANNA)
    work()
    seat(bridge, event, BEN)

    text = olga.open(LETTERS.format(event.id)).text

    assert "1 an den Mailserver übergeben. 1 wartet." in text
    assert "1 nicht verschickt: 1 × eine neuere E‑Mail trat an ihre Stelle." in text


def test_a_switched_off_letter_is_named_as_such(olga, event, bridge, clock):
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.events).values(reminders=DEFAULT_RULES[1:], double_opt_in=False))

    text = olga.open(LETTERS.format(event.id)).text

    assert "Bei dieser Veranstaltung ausgeschaltet: Anmeldungen gelten sofort." in text
    assert "Erinnerung, Tage vorher Bei dieser Veranstaltung ausgeschaltet." in text


def test_the_overview_names_the_next_reminder_and_what_has_left(olga, event, bridge, work):
    seat(bridge, event, ANNA)
    work()

    text = olga.open(f"/organiser/events/{event.id}").text

    assert "Als Nächstes: Sonntag, 6. September 2026, 10.00 Uhr: Erinnerung am Vortag." in text
    assert "Bisher wurde 1 E‑Mail an den Mailserver übergeben." in text


def test_the_plan_at_a_glance_looks_ahead(event, bridge):
    def glance(before):
        with bridge.db.reading() as connection:
            return read_plan(connection, event, 0, event.starts_at - before, speech("en")).glance()

    assert (
        "Next: Monday, 7 September 2026, 09:00: Join link one hour before." in glance(timedelta(hours=5)).sentences
    )
    assert "No further reminder is planned." in glance(timedelta(0)).sentences


def test_letters_given_up_are_listed_and_one_is_tried_again(olga, event, bridge):
    seat(bridge, event, ANNA)
    with bridge.db.transaction() as connection:
        connection.execute(
            update(tables.messages)
            .where(tables.messages.c.kind == Kind.CONFIRMATION)
            .values(
                gave_up_at=bridge.clock(),
                due_at=None,
                last_error="The mail server refuses the recipient: “no” (550)",
            )
        )
        ((stuck, _),) = overviews.stuck_letters(connection, event.id)
    page = olga.open(LETTERS.format(event.id))

    again = page.submit(f"/letters/{stuck.id}/try-again")

    assert "1 E‑Mail konnte nicht gesendet werden" in page.text
    assert "Anna Albers anna@example.org Bestätigung Der Mailserver nimmt für diese Adresse nichts an" in page.text
    assert (again.status, again.path) == (200, LETTERS.format(event.id))
    assert "Die E‑Mail wird noch einmal versucht." in again.text
    with bridge.db.reading() as connection:
        assert outbox.find(connection, stuck.id).due_at == bridge.clock()


# --- how a letter reads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_letter_can_be_looked_at(olga, event, language):
    pages = {kind: olga.open(path(event, kind, f"?language={language}")) for kind in TO_ATTENDEES}

    for kind, page in pages.items():
        assert page.status == 200, kind
        assert event.wording(language).title in page.text, kind
        assert "Olga Osterkamp <olga@example.org>" in page.text, kind
        assert "Servicestelle <help@example.org>" in page.text, kind
        assert "Umweltministerium <events@example.org>" in page.text, kind
    with_calendar = {Kind.CONFIRMATION, Kind.MOVED_UP, Kind.MOVED, Kind.CANCELLED, Kind.GOODBYE}
    assert {kind for kind, page in pages.items() if "calendar.ics" in page.html} == with_calendar


def test_the_page_frames_only_itself_and_nothing_frames_the_page(olga, event):
    page = olga.open(path(event, "confirmation"))

    policy = page.response.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(rf'<iframe [^>]*src="{path(event, "confirmation", "/html")}', page.html)


def test_the_framed_letter_needs_no_unsafe_policy(olga, event):
    for kind in TO_ATTENDEES:
        answer = olga.open(path(event, kind, "/html"))

        policy = answer.response.headers["Content-Security-Policy"]
        (sheet,) = re.findall(r"<style>(.*?)</style>", answer.html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}';" in policy, kind
        assert "unsafe" not in policy, kind
        assert "frame-ancestors 'self'" in policy, kind
        assert "default-src 'none'" in policy, kind
        assert "script-src 'none'" in policy, kind
        assert "sandbox allow-popups" in policy, kind
        assert "allow-scripts" not in policy, kind
        assert " style=" not in answer.html, kind
    assert answer.html.count('class="') > 20


def test_the_styles_in_the_frame_are_those_of_the_letter(bridge, event, clock):
    html = bridge.letters.specimen(Kind.MOVED, "de", event, "Olga", "olga@example.org", clock(), None).html

    document = letter_document(html).get_data(as_text=True)

    styles = set(re.findall(r'<[^>]* style="([^"]*)"', html))
    (sheet,) = re.findall(r"<style>(.*?)</style>", document, re.DOTALL)
    assert len(styles) > 10
    for style in styles:
        assert f"{{ {style} }}" in sheet
    band = re.search(r'<td class="([^"]*)">Verschoben</td>', document)[1].split()
    assert band[:2] == ["side", "amber"]
    assert f".{band[2]} {{ padding:12px 40px; background:#fdf3e0;" in sheet
    # What can be seen is the same.
    assert (
        re.sub(r"<[^>]*>", "", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)).split()
        == re.sub(r"<[^>]*>", "", re.sub(r"<style>.*?</style>", "", document, flags=re.DOTALL)).split()
    )


def test_text_that_looks_like_a_style_stays_text(bridge, event, clock, olga):
    with bridge.db.transaction() as connection:
        connection.execute(
            update(tables.events).values(
                title_de='x" style="color:red"><script>alert(1)</script>',
                description_de='a style="color:red" <b style="x">',
            )
        )

    framed = olga.open(path(event, "confirmation", "/html"))

    assert "<script>" not in framed.html
    assert "color:red" not in re.findall(r"<style>(.*?)</style>", framed.html, re.DOTALL)[0]
    assert 'style="color:red"' in re.sub("&#34;|&quot;", '"', framed.html)


def test_the_calendar_entry_can_be_downloaded_and_leads_nowhere_personal(olga, event):
    answer = olga.open(path(event, "confirmation", "/calendar.ics")).response

    entry = answer.get_data(as_text=True)
    assert answer.mimetype == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "BEGIN:VEVENT" in entry
    assert "/z/" not in entry
    assert olga.open(path(event, "day_before", "/calendar.ics")).status == 404


def test_a_persons_letter_has_their_name_and_language_and_none_of_their_links(olga, event, bridge):
    anna, ben = seat(bridge, event, ANNA, BEN)
    tokens = [bridge.links.personal_token(one.key) for one in (anna, ben)]

    page = olga.open(path(event, "confirmation", f"?person={ben.id}"))
    framed = olga.open(path(event, "confirmation", f"/html?person={ben.id}"))

    assert "So bekäme sie Ben Brandt." in page.text
    assert "Dear Ben Brandt," in page.text
    assert "Ben Brandt" in framed.html
    for html in (page.html, framed.html):
        assert ben.key not in html
        assert not any(token in html for token in tokens)


def test_hostile_names_are_shown_as_they_are(olga, event, bridge):
    (mallory,) = seat(bridge, event, MALLORY)

    for more in ("", "/html"):
        page = olga.open(path(event, "confirmation", f"{more}?person={mallory.id}"))
        assert page.status == 200
        assert "<script>alert" not in page.html


def test_each_reminder_is_shown_as_it_reads_when_it_leaves(olga, event, bridge):
    rules = (ReminderRule(3, Unit.DAYS), ReminderRule(1, Unit.DAYS))
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.events).values(reminders=rules))

    early, late = (olga.open(path(event, "day_before", f"?rule={rule.code}")) for rule in rules)

    assert "Erinnerung 3 Tage vorher" in early.text
    assert "Am Freitag, 4. September 2026, 10.00 Uhr, an alle Angemeldeten." in early.text
    assert "Am Montag, 7. September 2026: Gute Nachbarschaft" in early.text
    assert "Erinnerung am Vortag" in late.text
    assert "Morgen um 10.00 Uhr: Gute Nachbarschaft" in late.text
    framed = olga.open(path(event, "day_before", "/html?rule=3d"))
    assert "morgen" not in framed.text
    both = olga.open(path(event, "day_before")).text
    assert "Am Freitag, 4. September 2026, 10.00 Uhr; Sonntag, 6. September 2026, 10.00 Uhr, an alle" in both


def test_somebody_is_found_to_see_the_letter_as_they_would_get_it(olga, event, bridge):
    anna, _ = seat(bridge, event, ANNA, BEN)
    page = olga.open(path(event, "join_link", "?rule=1h"))

    one = page.submit("who", who="brandt")
    several = page.submit("who", who="example")
    nobody = page.submit("who", who="zzz")

    assert "So bekäme sie Ben Brandt." in one.text
    assert path(event, "join_link", f"?person={anna.id}&rule=1h") in several.links()
    assert "So wird niemand gefunden" in nobody.text
    assert "In der Anrede steht hier Ihr eigener Name." in nobody.text
    assert olga.open(path(event, "panel_invitation")).html.count('name="who"') == 0


@pytest.mark.parametrize(
    "address", ["day_before?rule=1h", "join_link?rule=1d", "day_before?rule=x", "confirmation?rule=1d", "nonsense", "sign_in", "invitation", "confirmation?person=99999", "confirmation?person=x", "confirmation?person=99999999999999999999"]
)  # fmt: skip
def test_letters_and_people_that_are_not_there_do_not_exist(olga, event, address):
    assert olga.open(path(event, address)).status == 404


def test_somebody_elses_guest_is_not_shown_here(olga, event, bridge, clock):
    (anna,) = seat(bridge, event, ANNA)
    from tests.builders import a_draft

    other = hosting.create_event(bridge.db, a_draft(title_de="Andere"), clock())

    assert olga.open(path(other, "confirmation", f"?person={anna.id}")).status == 404


def test_letters_that_are_not_due_are_shown_as_if(olga, event):
    assert "Die Veranstaltung ist nicht verschoben." in olga.open(path(event, "moved")).text
    assert "Die Veranstaltung ist nicht abgesagt." in olga.open(path(event, "cancelled")).text


def test_looking_changes_nothing(olga, event, bridge):
    for kind in TO_ATTENDEES:
        for more in ("", "/html"):
            olga.open(path(event, kind, more))

    with bridge.db.reading() as connection:
        assert overviews.letters(connection, event.id) == []
        assert row_of_test(bridge) == []


# --- a test to oneself ------------------------------------------------------------------------------------------


def test_a_test_arrives_in_the_organisers_own_mailbox_and_nowhere_else(olga, event, work, mailbox):
    for kind in TO_ATTENDEES:
        mailbox.empty()
        olga.open(path(event, kind, "?language=en")).submit("/test")
        work()

        (letter,) = mailbox.letters
        assert letter.recipient == OLGA_EMAIL, kind
        assert letter.subject.startswith("[Test] "), kind
        assert "Dear Olga Osterkamp," in letter.text, kind
        assert "Good neighbours" in letter.text, kind
        assert not re.search(r"/z/|/confirm/", letter.text + letter.html + letter.calendar), kind


def test_nothing_is_sent_before_the_post_office_runs(olga, event, mailbox, work):
    page = olga.open(path(event, "confirmation")).submit("/test")

    assert "Die Test-E‑Mail ist unterwegs an olga@example.org." in page.text
    assert "Ihre Test-E‑Mail ist unterwegs." in page.text
    assert mailbox.letters == []
    work()
    assert "Letzter Test: am 01.09.2026" in olga.open(path(event, "confirmation")).text


def test_a_button_pressed_twice_sends_one_test_and_later_another(olga, event, mailbox, work, clock):
    page = olga.open(path(event, "confirmation"))
    page.submit("/test")
    again = page.submit("/test")
    work()
    clock.advance(minutes=2)
    page.submit("/test")
    work()

    assert "Diese Test-E‑Mail haben Sie gerade schon angefordert." in again.text
    assert len(mailbox.letters) == 2
    assert len({letter.message["Message-ID"] for letter in mailbox.letters}) == 2


def test_two_presses_in_the_same_moment_are_one_letter(event, bridge, olga):
    """Both looked before either had written: the key is the same."""
    with bridge.db.transaction() as connection:
        me = organisers.find_by_email(connection, OLGA_EMAIL).id
        seen = outbox.find_last_test
        args = (connection, Kind.MOVED, event.id, me, "de", bridge.clock() + timedelta(hours=1), bridge.clock())
        outbox.find_last_test = lambda *_: None
        try:
            outbox.queue_test(*args)
            outbox.queue_test(*args)
        finally:
            outbox.find_last_test = seen

    assert len(row_of_test(bridge)) == 1


def test_a_test_counts_nowhere(olga, event, bridge, work):
    work()
    before = olga.open(f"/organiser/events/{event.id}").text
    plan = olga.open(LETTERS.format(event.id)).text
    for kind in TO_ATTENDEES:
        olga.open(path(event, kind)).submit("/test")
    with bridge.db.transaction() as connection:
        assert not outbox.anything_sent(connection, event.id, event.schedule_revision)
    waiting = olga.open(LETTERS.format(event.id)).text
    work()
    with bridge.db.transaction() as connection:
        connection.execute(
            update(tables.messages)
            .where(tables.messages.c.kind == Kind.MOVED)
            .values(gave_up_at=bridge.clock(), sent_at=None)
        )
        connection.execute(update(tables.messages).where(tables.messages.c.kind == Kind.GOODBYE).values(skipped_at=bridge.clock(), skip_reason="expired", sent_at=None))  # fmt: skip
        connection.execute(update(tables.messages).values(schedule_revision=event.schedule_revision))
        assert overviews.letters(connection, event.id) == []
        assert overviews.stuck_letters(connection, event.id) == []
        assert not outbox.anything_sent(connection, event.id, event.schedule_revision)

    after, sent = olga.open(f"/organiser/events/{event.id}").text, olga.open(LETTERS.format(event.id)).text
    assert plan == waiting == sent
    assert [word for word in before.split() if word.isdigit()] == [
        word for word in after.split() if word.isdigit()
    ]


def test_a_test_that_could_not_leave_says_why(olga, event, bridge, work, mailbox):
    mailbox.refuse(OLGA_EMAIL)
    page = olga.open(path(event, "confirmation")).submit("/test")
    work()

    assert page.status == 200
    assert (
        "Der letzte Test konnte nicht gesendet werden: 550 no such mailbox"
        in olga.open(path(event, "confirmation")).text
    )


def test_a_test_that_waited_too_long_is_not_sent(olga, event, work, mailbox, clock):
    olga.open(path(event, "confirmation")).submit("/test")
    clock.advance(hours=3)
    work()

    assert mailbox.letters == []
    assert "Der letzte Test wurde nicht verschickt" in olga.open(path(event, "confirmation")).text


def test_a_test_goes_out_of_use_with_its_organiser(olga, event, bridge, work, mailbox):
    olga.open(path(event, "confirmation")).submit("/test")
    with bridge.db.transaction() as connection:
        connection.execute(tables.organisers.delete())
    work()

    assert mailbox.letters == []
    assert row_of_test(bridge) == []


def test_nobody_can_fill_even_their_own_mailbox(event, bridge, olga, clock):
    page = olga.open(path(event, "confirmation"))
    answers = []
    for _ in range(31):
        clock.advance(seconds=61)
        answers.append(page.submit("/test").status)

    assert answers == [200] * 30 + [429]


def test_a_letter_of_the_sign_in_is_no_test(event, bridge, olga):
    from zoom_bridge.domain.refusals import NotFound

    for kind in LETTING_IN:
        with pytest.raises(NotFound):
            mailing.write_test(bridge.db, event.id, kind, "de", 1, bridge.clock())


def test_the_reception_has_no_business_here(olga, event, bridge):
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.organisers).values(role=Role.RECEPTION))

    for more in ("", "/confirmation", "/confirmation/html", "/confirmation/calendar.ics", "/confirmation/wording"):
        assert olga.open(LETTERS.format(event.id) + more).status == 403
    assert LETTERS.format(event.id) not in olga.open(f"/organiser/events/{event.id}").links()
