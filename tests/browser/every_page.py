"""Every page that people see, in each of its states: one line for each. `test_every_page.py` looks at all of them in a
browser, `gallery.py` takes their pictures, and `test_catalogue.py` fails by name for a route or a template that is
missing here.

A new page wants one line here, and what it shows in `repertoire.py`:

    Visit("event page, open", "/e/{open.slug}")                          an address, made of the repertoire's names
    Visit("people", "/organiser/events/{open.id}/people", OLGA)          in Olga's browser
    Visit("…, wrong", "/sign-in", form="email", status=422)              the form with that field is sent
    Visit("…", "/…", typed={"email": "olga@"}, button="publish", …)      filled in, that button pressed
    Visit("…", "/…", posts="/…/start", …)                                sent from that page without a form for it

An address that answers no page but a file, or only ever leads on to another, goes to FILES."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.browser.stagecraft import TOO_OFTEN

LANGUAGES = ("de", "en")
NOBODY, OLGA, RECEPTION = "", "olga", "reception"


@dataclass(frozen=True, eq=False)
class Visit:
    """One page in one state.

    form    the one to send: its id, a field or button in it, or a part of its action (tests.visitor.Page.form)
    typed   field → what is entered; True and False tick boxes and take the tick away
    button  the words, the name or the value of the button to press
    posts   an address to send `typed` to from that page, with its form token
    letter  an e-mail: styles stand in it, and it has no title or heading of ours
    """

    name: str
    path: str
    who: str = NOBODY
    status: int = 200
    form: str = ""
    typed: Mapping[str, object] = field(default_factory=dict)
    button: str = ""
    posts: str = ""
    house: str = "web"
    letter: bool = False

    @property
    def sends(self) -> bool:
        return bool(self.form or self.button or self.posts)

    def __str__(self) -> str:
        return f"{self.house}: {self.name}"


_EVENT = "/organiser/events/{open.id}"
_HERE = "/z/{at_the_door.token}"

PUBLIC = [
    Visit("coming events", "/"),
    Visit("coming events, none", "/", house="new web"),
    Visit("event page, open", "/e/{open.slug}"),
    Visit("event page, trailer at a portal", "/e/{film.slug}"),
    Visit("event page, opens later", "/e/{later.slug}"),
    Visit("event page, few seats", "/e/{few.slug}"),
    Visit("event page, full", "/e/{full.slug}"),
    Visit("register, for the waiting list", "/e/{listed.slug}/register"),
    Visit("registered, all places taken", "/e/{listed.slug}/registered"),
    Visit("event page, closed", "/e/{closed.slug}"),
    Visit("event page, running", "/e/{running.slug}"),
    Visit("event page, over", "/e/{over.slug}"),
    Visit("event page, moved", "/e/{moved.slug}"),
    Visit("event page, cancelled", "/e/{cancelled.slug}"),
    Visit("event page, nothing optional", "/e/{bare.slug}"),
    Visit("event page, draft", "/e/{draft.slug}", OLGA),
    Visit("register", "/e/{open.slug}/register"),
    Visit("register, nothing optional", "/e/{bare.slug}/register"),
    Visit("register, empty", "/e/{open.slug}/register", status=422, form="email"),
    Visit(
        "register, wrong", "/e/{open.slug}/register", status=422, form="email",
        typed={"first_name": "Anna", "email": "anna@"},
    ),
    Visit("register, full", "/e/{full.slug}/register", status=409),
    Visit("register, too early", "/e/{later.slug}/register", status=409),
    Visit("register, too late", "/e/{closed.slug}/register", status=409),
    Visit("register, cancelled", "/e/{cancelled.slug}/register", status=409),
    Visit("register, over", "/e/{over.slug}/register", status=409),
    Visit(
        "register, full meanwhile", "/e/{open.slug}/register", status=409, posts="/e/{full.slug}/register",
        typed={"first_name": "Anna", "last_name": "Albers", "email": "anna@example.org", "needs": "Untertitel"},
    ),
    Visit("registered, look into your mailbox", "/e/{open.slug}/registered"),
    Visit("event page, of a series", "/e/{series.slug}"),
    Visit("series", "{mondays.path}"),
    Visit("series, register", "{mondays.path}/register"),
    Visit("series, register once for all", "{whole.path}/register"),
    Visit("series, register, wrong", "{mondays.path}/register", status=422, form="email", typed={"email": "anna@"}),
    Visit("series, registered but for one", "{mondays.path}/registered?gone={mondays.full}"),
    Visit("send my link again", "/e/{open.slug}/link"),
    Visit("send my link again, wrong", "/e/{open.slug}/link", status=422, form="email", typed={"email": "anna@"}),
    Visit("send my link again, over", "/e/{over.slug}/link", status=409),
    Visit("send my link again, sent", "/e/{open.slug}/link/sent"),
    Visit("imprint", "/imprint"),
    Visit("imprint, not written", "/imprint", house="new web"),
    Visit("privacy", "/privacy"),
    Visit("accessibility", "/accessibility"),
    Visit("check a certificate, wrong", "/certificate", form="code", typed={"code": "ABCD"}, status=404),
    Visit("certificate, genuine", "/certificate/{paper.code}"),
    Visit("certificate, withdrawn", "/certificate/{paper.void}"),
    Visit("certificate, of somebody else", "/certificate/{paper.nameless}", form="name", typed={"name": "Mallory"}),
    Visit("Zoom in the browser", "/help/zoom-in-the-browser"),
]  # fmt: skip

PERSONAL = [
    Visit("confirm", "/confirm/{ben.confirm}"),
    Visit("confirm, no longer good", "/confirm/{dora.confirm}", status=410),
    Visit("confirm, full meanwhile", "/confirm/{left_out.confirm}", form="/confirm/", status=409),
    Visit("personal page, unconfirmed", "/z/{ben.token}"),
    Visit("personal page, on the waiting list", "/z/{next_in_line.token}"),
    Visit("personal page, registered", "/z/{anna.token}"),
    Visit("personal page, long name", "/z/{long.token}"),
    Visit("personal page, of a forger", "/z/{mallory.token}"),
    Visit("personal page, within the hour", "/z/{waiting.token}"),
    Visit("personal page, doors open", _HERE),
    Visit("personal page, Zoom not ready", "/z/{not_ready.token}"),
    Visit("personal page, running", "/z/{inside.token}"),
    Visit("personal page, longer than planned", "/z/{overtime.token}"),
    Visit("personal page, over", "/z/{was_there.token}"),
    Visit("personal page, moved", "/z/{moving.token}"),
    Visit("personal page, event cancelled", "/z/{called_off.token}"),
    Visit("personal page, cancelled myself", "/z/{chiara.token}"),
    Visit("personal page, cancelled by others", "/z/{fatou.token}"),
    Visit("personal page, waits for approval", "/z/{emil.token}"),
    Visit("personal page, a caller's", "/z/{caller.token}"),
    Visit("confirm, several dates", "/confirm/{several_unconfirmed.confirm}"),
    Visit("personal page, several dates", "/z/{several.token}"),
    Visit("cancel, several dates", "/z/{several.token}/cancel"),
    Visit("personal page of somebody on the panel", "/z/{on_the_panel_too.token}"),
    Visit("panel page, too early", "/panel/{petra_open.token}"),
    Visit("panel page, open", "/panel/{petra_soon.token}"),
    Visit("panel page, Zoom not ready", "/panel/{petra_near.token}"),
    Visit("panel page, over", "/panel/{petra_over.token}"),
    Visit("panel page, no longer on the panel", "/panel/{petra_moved.token}"),
    Visit("panel page, event cancelled", "/panel/{petra_cancelled.token}"),
    Visit("technical check", "/z/{anna.token}/check"),
    Visit("change my details", "/z/{anna.token}/edit"),
    Visit("change my details, wrong", "/z/{anna.token}/edit", status=422, form="first_name", typed={"first_name": ""}),
    Visit("cancel", "/z/{anna.token}/cancel"),
    Visit("my data", "/z/{anna.token}/data"),
    Visit("unsubscribe", "/unsubscribe/{chiara.unsubscribe}"),
    Visit("unsubscribe, done", "/unsubscribe/{several.unsubscribe}", form="/unsubscribe/"),
    Visit("my data, was there", "/z/{was_there.token}/data"),
]  # fmt: skip

SIGN_IN = [
    Visit("sign in", "/sign-in"),
    Visit("sign in, empty", "/sign-in", status=422, form="email"),
    Visit("sign in, wrong", "/sign-in", status=422, form="email", typed={"email": "olga@"}),
    Visit("sign in, too often", "/sign-in", status=429, form="email", typed={"email": TOO_OFTEN}),
    Visit("sign in, sent", "/sign-in/sent"),
    Visit("sign in, link", "/sign-in/{sign_in.token}"),
    Visit("sign in, link no longer good", "/sign-in/no-such-link", status=410),
    Visit("organiser's page of a stranger", "/organiser/"),
]

ORGANISER = [
    Visit("desk", "/organiser/", OLGA),
    Visit("desk, nothing yet", "/organiser/", OLGA, house="new web"),
    Visit("event", _EVENT, OLGA),
    Visit("event, draft", "/organiser/events/{draft.id}", OLGA),
    Visit("event, running", "/organiser/events/{running.id}", OLGA),
    Visit("event, over", "/organiser/events/{over.id}", OLGA),
    Visit("event, moved", "/organiser/events/{moved.id}", OLGA),
    Visit("event, cancelled", "/organiser/events/{cancelled.id}", OLGA),
    Visit("event, spoiled", "/organiser/events/{spoiled.id}", OLGA),
    Visit("event, changed at Zoom", "/organiser/events/{drifted.id}", OLGA),
    Visit("event, changed at Zoom, reception", "/organiser/events/{drifted.id}", RECEPTION),
    Visit("take Zoom's time", "/organiser/events/{drifted.id}/drift/start_time/take", OLGA),
    Visit("event, not started", _EVENT, OLGA, posts="/organiser/events/{spoiled.id}/start", status=502),
    Visit("cancel the event", _EVENT + "/cancel", OLGA),
    Visit("event, of a series", "/organiser/events/{series.id}", OLGA),
    Visit("more dates", _EVENT + "/dates", OLGA),
    Visit("more dates, wrong", _EVENT + "/dates", OLGA, button="preview", status=422, typed={"rhythm": "chosen", "chosen": "bald"}),
    Visit("more dates, all of them", _EVENT + "/dates", OLGA, button="preview", typed={"number": "5"}),
    Visit("all dates of the series", "/organiser/series/{mondays.id}", OLGA),
    Visit("all dates of the series, wrong", "/organiser/series/{mondays.id}", OLGA, form="day", status=422),
    Visit("same texts everywhere", "/organiser/series/{mondays.id}/texts?from={series.id}", OLGA),
    Visit("new event", "/organiser/events/new", OLGA),
    Visit("new event, empty", "/organiser/events/new", OLGA, button="publish", status=422),
    Visit(
        "new event, wrong", "/organiser/events/new", OLGA, button="publish", status=422,
        typed={"title_de": "Stück", "starts_day": "2026-09-30", "starts_clock": "10:00", "ends_clock": "09:00", "capacity": "viele", "reminders-0-amount": "99"},
    ),
    Visit(
        "new event, account taken", "/organiser/events/new", OLGA, button="save", status=422,
        typed={
            "title_de": "Stück", "starts_day": "2026-09-07", "starts_clock": "10:00", "ends_clock": "11:00",
            "zoom_account": "webinar-1@example.org",
        },
    ),
    Visit("new event, another speaker", "/organiser/events/new", OLGA, button="panelists add"),
    Visit("new event, another poll", "/organiser/events/new", OLGA, button="polls add"),
    Visit("new event, copy", "/organiser/events/new?from={open.id}", OLGA),
    Visit(
        "new event, preview", "/organiser/events/new", OLGA, posts="/organiser/events/new",
        typed={
            "action": "preview", "title_de": "Stück", "title_en": "Play", "starts_day": "2026-09-30", "starts_clock": "10:00",
            "ends_clock": "11:30", "timezone": "Europe/Berlin", "zoom_host": "host@example.org", "programme_de": "Filme",
        },
    ),
    Visit("edit the event", _EVENT + "/edit", OLGA),
    Visit("edit the event, preview", _EVENT + "/edit", OLGA, posts=_EVENT + "/edit", typed={
        "action": "preview", "title_de": "Stück", "starts_day": "2026-09-30", "starts_clock": "10:00", "ends_clock": "11:30",
        "timezone": "Europe/Berlin", "zoom_host": "host@example.org",
    }),
    Visit("edit the event, not saved last time", "/organiser/events/{draft.id}/edit", OLGA),
    Visit("edit the event, going on", "/organiser/events/{draft.id}/edit?unsaved=1", OLGA),
    Visit("edit the event, another question", _EVENT + "/edit", OLGA, button="questions add"),
    Visit("edit the event, without a picture", _EVENT + "/edit", OLGA, button="drop panelists-0-portrait"),
    Visit("edit the event, wrong", _EVENT + "/edit", OLGA, button="save", typed={"title_de": ""}, status=422),
    Visit("edit the event, moving", _EVENT + "/edit", OLGA, button="save", typed={"starts_day": "2026-10-01"}),
    Visit("edit the event, overtaken", _EVENT + "/edit", OLGA, button="save", typed={"hosted_by": "Amt", "seen": "0"}, status=409),
    Visit("events to come", "/organiser/coming", OLGA),
    Visit("events to come, none", "/organiser/coming", OLGA, house="new web"),
    Visit("past events", "/organiser/past", OLGA),
    Visit("past events, none", "/organiser/past", OLGA, house="new web"),
    Visit("desk of the day, before", _EVENT + "/desk", OLGA),
    Visit("desk of the day, soon", "/organiser/events/{soon.id}/desk", OLGA),
    Visit("desk of the day, running", "/organiser/events/{running.id}/desk", OLGA),
    Visit("desk of the day, longer than planned", "/organiser/events/{late.id}/desk", OLGA),
    Visit("desk of the day, over", "/organiser/events/{over.id}/desk", OLGA),
    Visit("desk of the day, cancelled", "/organiser/events/{cancelled.id}/desk", OLGA),
    Visit("desk of the day, spoiled", "/organiser/events/{spoiled.id}/desk", OLGA),
    Visit("desk of the day, somebody found", "/organiser/events/{running.id}/desk?q=a", OLGA),
    Visit("desk of the day, nobody found", "/organiser/events/{running.id}/desk?q=nobody", OLGA),
    Visit("desk of the day, reception", "/organiser/events/{running.id}/desk", RECEPTION),
    Visit("people", _EVENT + "/people", OLGA),
    Visit("people, none", "/organiser/events/{bare.id}/people", OLGA),
    Visit("people, none found", _EVENT + "/people?q=nobody", OLGA),
    Visit("people, stuck", "/organiser/events/{spoiled.id}/people", OLGA),
    Visit("people, reception", _EVENT + "/people", RECEPTION),
    Visit("person", _EVENT + "/people/{anna.id}", OLGA),
    Visit("person, unconfirmed", _EVENT + "/people/{ben.id}", OLGA),
    Visit("person, on the waiting list", "/organiser/events/{listed.id}/people/{next_in_line.id}", OLGA),
    Visit("person, cancelled", _EVENT + "/people/{chiara.id}", OLGA),
    Visit("person, waits for approval", _EVENT + "/people/{emil.id}", OLGA),
    Visit("person, long name", _EVENT + "/people/{long.id}", OLGA),
    Visit("person, letter failed", "/organiser/events/{spoiled.id}/people/{stuck.id}", OLGA),
    Visit("person, letter came back", "/organiser/events/{spoiled.id}/people/{returned.id}", OLGA),
    Visit("person, in the room", "/organiser/events/{running.id}/people/{inside.id}", OLGA),
    Visit("caller", "/organiser/events/{soon.id}/people/{caller.id}", OLGA),
    Visit("add a caller", _EVENT + "/people/new", OLGA),
    Visit("add a caller, wrong", _EVENT + "/people/new", OLGA, form="first_name", typed={"first_name": "Else", "email": "else@"}, status=422),
    Visit("add a caller, full", "/organiser/events/{full.id}/people/new", OLGA, form="first_name", typed={"first_name": "Else", "last_name": "Ebert"}, status=409),
    Visit("needs and questions", _EVENT + "/wishes", OLGA),
    Visit("needs and questions, none", "/organiser/events/{bare.id}/wishes", OLGA),
    Visit("cancel a registration", _EVENT + "/people/{anna.id}/cancel", OLGA),
    Visit("e-mails", _EVENT + "/letters", OLGA),
    Visit("e-mails, none yet", "/organiser/events/{bare.id}/letters", OLGA),
    Visit("e-mails, one stuck", "/organiser/events/{spoiled.id}/letters", OLGA),
    Visit("e-mails, all over", "/organiser/events/{over.id}/letters", OLGA),
    Visit("e-mail, please confirm", _EVENT + "/letters/please_confirm", OLGA),
    Visit("e-mail itself, please confirm", _EVENT + "/letters/please_confirm/html", OLGA, letter=True),
    Visit("e-mail, confirmation", _EVENT + "/letters/confirmation", OLGA),
    Visit("e-mail itself, confirmation", _EVENT + "/letters/confirmation/html", OLGA, letter=True),
    Visit("e-mail, day before", _EVENT + "/letters/day_before", OLGA),
    Visit("e-mail itself, day before", _EVENT + "/letters/day_before/html", OLGA, letter=True),
    Visit("e-mail, join link", _EVENT + "/letters/join_link", OLGA),
    Visit("e-mail itself, join link", _EVENT + "/letters/join_link/html", OLGA, letter=True),
    Visit("e-mail, moved", _EVENT + "/letters/moved", OLGA),
    Visit("e-mail itself, moved", _EVENT + "/letters/moved/html", OLGA, letter=True),
    Visit("e-mail, cancelled", _EVENT + "/letters/cancelled", OLGA),
    Visit("e-mail itself, cancelled", _EVENT + "/letters/cancelled/html", OLGA, letter=True),
    Visit("e-mail, goodbye", _EVENT + "/letters/goodbye", OLGA),
    Visit("e-mail itself, goodbye", _EVENT + "/letters/goodbye/html", OLGA, letter=True),
    Visit("e-mail, to the panel", _EVENT + "/letters/panel_invitation", OLGA),
    Visit("e-mail itself, to the panel", _EVENT + "/letters/panel_invitation/html", OLGA, letter=True),
    Visit("e-mail itself, reminder to the panel", _EVENT + "/letters/panel_reminder/html", OLGA, letter=True),
    Visit("e-mail itself, moved, to the panel", _EVENT + "/letters/panel_moved/html", OLGA, letter=True),
    Visit("e-mail itself, cancelled, to the panel", _EVENT + "/letters/panel_cancelled/html", OLGA, letter=True),
    Visit("e-mail itself, no longer on the panel", _EVENT + "/letters/panel_goodbye/html", OLGA, letter=True),
    Visit("e-mail, to a person", _EVENT + "/letters/confirmation?person={anna.id}&language=en", OLGA),
    Visit("e-mail, test sent", _EVENT + "/letters/moved", OLGA, form="/test"),
    Visit("e-mail, words", _EVENT + "/letters/confirmation/wording", OLGA),
    Visit("e-mail, words of a reminder", _EVENT + "/letters/day_before/wording?language=en", OLGA),
    Visit("e-mail, words previewed", _EVENT + "/letters/confirmation/wording", OLGA, button="preview", typed={"opening": "Liebe {Name}"}),
    Visit("e-mail, our words again", _EVENT + "/letters/confirmation/wording", OLGA, posts=_EVENT + "/letters/confirmation/wording", typed={"action": "ours", "subject": "x"}),
    Visit(
        "e-mail, words wrong", _EVENT + "/letters/confirmation/wording", OLGA, button="save", status=422,
        typed={"subject": "An {Name}", "opening": "Liebe {Vorname}"},
    ),
    Visit("no such e-mail", _EVENT + "/letters/nonsense", OLGA, status=404),
    Visit("messages to groups", _EVENT + "/circulars", OLGA),
    Visit("messages to groups, none", "/organiser/events/{bare.id}/circulars", OLGA),
    Visit("message, new", _EVENT + "/circulars/new", OLGA),
    Visit("message, new, wrong", _EVENT + "/circulars/new", OLGA, form="subject_de", status=422, typed={"subject_de": "An {Name}"}),
    Visit("message, changed", _EVENT + "/circulars/{circular_draft.id}/edit", OLGA),
    Visit("message, changed, wrong", _EVENT + "/circulars/{circular_draft.id}/edit", OLGA, form="subject_de", status=422, typed={"body_en": "Dear {you}"}),
    Visit("message, draft", _EVENT + "/circulars/{circular_draft.id}?who=anna", OLGA),
    Visit("message itself", _EVENT + "/circulars/{circular_draft.id}/html", OLGA, letter=True),
    Visit("message, sending", _EVENT + "/circulars/{circular_draft.id}/send", OLGA),
    Visit("message, leaving", _EVENT + "/circulars/{circular_leaving.id}", OLGA),
    Visit("message, stopped", "/organiser/events/{over.id}/circulars/{circular_stopped.id}", OLGA),
    Visit("attendance, before", _EVENT + "/attendance", OLGA),
    Visit("attendance, running", "/organiser/events/{running.id}/attendance", OLGA),
    Visit("attendance, over", "/organiser/events/{over.id}/attendance", OLGA),
    Visit("attendance, nobody found", "/organiser/events/{over.id}/attendance?who=crew&q=nobody", OLGA),
    Visit("certificates", "/organiser/events/{over.id}/certificates", OLGA),
    Visit("certificates, forgotten", "/organiser/events/{forgotten.id}/certificates", OLGA),
    Visit("certificates, wrong", _EVENT + "/certificates", OLGA, button="save", typed={"share": "101"}, status=422),
    Visit("issue certificates", "/organiser/events/{over.id}/certificates/issue", OLGA),
    Visit("withdraw a certificate", "/organiser/events/{over.id}/certificates/{paper.id}/withdraw", OLGA),
    Visit("check attendance, nobody yet", _EVENT + "/review", OLGA),
    Visit("check attendance", "/organiser/events/{over.id}/review", OLGA),
    Visit("short links", _EVENT + "/links", OLGA),
    Visit("short links, none, and none named", "/organiser/events/{bare.id}/links", OLGA, form="name", status=422),
    Visit("delete a short link", _EVENT + "/links/{poster.id}/delete", OLGA),
    Visit("afterwards, before", _EVENT + "/aftermath", OLGA),
    Visit("afterwards, over", "/organiser/events/{over.id}/aftermath", OLGA),
    Visit("report, before", _EVENT + "/report", OLGA),
    Visit("report, forgotten", "/organiser/events/{forgotten.id}/report", OLGA),
    Visit("result", "/organiser/events/{forgotten.id}/result", OLGA),
    Visit("year", "/organiser/years/2026", OLGA),
    Visit("end the webinar", "/organiser/events/{running.id}/end", OLGA),
    Visit("settings", "/organiser/settings", OLGA),
    Visit("settings, nothing yet", "/organiser/settings", OLGA, house="new web"),
    Visit("settings, about us", "/organiser/settings/us", OLGA),
    Visit("settings, a light colour", "/organiser/settings/us", OLGA, form="shown", button="look", typed={"accent": "#ffcc00"}),
    Visit(
        "settings, about us, wrong", "/organiser/settings/us", OLGA, status=422, form="help_name",
        typed={"help_phone": "keine", "help_email": "hilfe"},
    ),
    Visit("settings, Zoom accounts", "/organiser/settings/hosts", OLGA),
    Visit("settings, Zoom accounts, none", "/organiser/settings/hosts", OLGA, house="new web"),
    Visit("settings, Zoom accounts, wrong", "/organiser/settings/hosts", OLGA, form="email", typed={"email": "webinar"}, status=422),
    Visit("settings, state", "/organiser/settings/state", OLGA),
    Visit("settings, state, nothing yet", "/organiser/settings/state", OLGA, house="new web"),
    Visit("settings, reports from Zoom", "/organiser/settings/webhooks", OLGA),
    Visit("settings, reports from Zoom, nothing yet", "/organiser/settings/webhooks", OLGA, house="new web"),
    Visit("settings, held e-mails", "/organiser/settings/held", OLGA),
    Visit("team", "/organiser/team", OLGA),
    Visit("team, alone", "/organiser/team", OLGA, house="new web"),
    Visit("invite somebody", "/organiser/team/invite", OLGA),
    Visit("invite somebody, wrong", "/organiser/team/invite", OLGA, form="email", typed={"email": "anna@"}, status=422),
    Visit("colleague", "/organiser/team/{colleague.id}", OLGA),
    Visit("colleague, wrong", "/organiser/team/{colleague.id}", OLGA, posts="/organiser/team/{colleague.id}", typed={"role": "king"}, status=422),
    Visit("take a colleague out", "/organiser/team/{colleague.id}/remove", OLGA),
    Visit("my account", "/organiser/me", OLGA),
    Visit("my account, wrong", "/organiser/me", OLGA, form="name", typed={"name": ""}, status=422),
    Visit("desk, reception", "/organiser/", RECEPTION),
    Visit("event, reception", _EVENT, RECEPTION),
    Visit("not for reception, owners", "/organiser/team", RECEPTION, status=403),
    Visit("not for reception, editors", "/organiser/events/new", RECEPTION, status=403),
    Visit("settings, too long", "/organiser/settings", OLGA, posts="/organiser/settings/imprint", typed={"text_de": "lang " * 7000}, status=422),
]  # fmt: skip

ERRORS = [
    Visit("no such page", "/no/such/page", status=404),
    Visit("no such event", "/e/no-such-event", status=404),
    Visit("no such registration", "/z/no-such-token", status=404),
    Visit("no such event, organiser", "/organiser/events/999999", OLGA, status=404),
    Visit("not opened directly", "/sign-out", status=405),
    Visit("form too old", "/sign-in", posts="/sign-out", typed={"csrf_token": "old"}, status=403),
    Visit("our fault", "/breaks", house="broken", status=500),
    Visit("no database", "/", house="unreachable", status=503),
]

MAILBOX = [
    Visit("letters", "/", house="mailbox"),
    Visit("letters, none", "/", house="new mailbox"),
    Visit("letter", "/letters/{letter.id}", house="mailbox"),
    Visit("letters of one person", "/stories/{letter.story}", house="mailbox"),
    Visit("letter itself", "/letters/{letter.id}/html", house="mailbox", letter=True),
    Visit("no such letter", "/letters/999", house="mailbox", status=404),
]

ZOOM = [
    Visit("overview", "/", house="zoom"),
    Visit("overview, empty", "/", house="new zoom"),
    Visit("webinar", "/control/webinars/{open.webinar}", house="zoom"),
    Visit("webinar, running", "/control/webinars/{running.webinar}", house="zoom"),
    Visit("webinar, over", "/control/webinars/{over.webinar}", house="zoom"),
    Visit("webinar, deleted", "/control/webinars/{spoiled.webinar}", house="zoom"),
    Visit(
        "webinar, refused", "/control/webinars/{open.webinar}", house="zoom", status=400, form="/registers",
        typed={"first_name": "Dora", "email": "nonsense"},
    ),
    Visit("webinar, polls and questions", "/control/webinars/{zoom.asking}", house="zoom"),
    Visit("webinar, recurring and recorded", "/control/webinars/{zoom.recorded}", house="zoom"),
    Visit("webinar, now a meeting", "/control/webinars/{zoom.meeting}", house="zoom"),
    Visit("recording", "/rec/play/{zoom.film}", house="zoom"),
    Visit("account", "/control/account", house="zoom"),
    Visit("clock", "/control/clock", house="zoom"),
    Visit("clock, turned forward", "/control/clock", house="new zoom", form="turn-by", typed={"minutes": "90"}),
    Visit("open questions", "/control/unconfirmed", house="zoom"),
    Visit("moods", "/control/moods", house="zoom"),
    Visit("webhooks", "/control/deliveries", house="zoom"),
    Visit("webhooks, none", "/control/deliveries", house="new zoom"),
    Visit("waiting room, host not there", "/w/{soon.webinar}?tk={zoom.tk}", house="zoom"),
    Visit("waiting room, inside", "/w/{running.webinar}?tk={zoom.inside}", house="zoom"),
    Visit("waiting room, running", "/w/{running.webinar}?tk={zoom.outside}", house="zoom"),
    Visit("waiting room, over", "/w/{over.webinar}?tk={zoom.gone}", house="zoom"),
    Visit("Zoom's own form", "/webinar/register/{zoom.page}", house="zoom"),
    Visit("Zoom's own form, wrong", "/webinar/register/{zoom.page}", house="zoom", form="email", typed={"first_name": "Dora", "email": "nonsense"}, status=400),
    Visit("host", "/s/{soon.webinar}?zak={zoom.zak}", house="zoom"),
    Visit("host, running", "/s/{running.webinar}?zak={zoom.zak}", house="zoom"),
    Visit("host, link no longer good", "/s/{soon.webinar}?zak=old", house="zoom", status=401),
]  # fmt: skip

VISITS = [*PUBLIC, *PERSONAL, *SIGN_IN, *ORGANISER, *ERRORS, *MAILBOX, *ZOOM]

#: House and address of what answers with a file, where the addresses of the visits do not tell how to ask for it.
FILES: list[tuple[str, str]] = [
    ("web", "/l/{poster.key}"),
    ("web", "/organiser/years/2026.csv"),
    ("web", "/look-045766.css"),
    ("web", "/organiser/settings/webhooks.jsonl"),
    ("web", "/pictures/{logo.digest}"),
    ("zoom", "/rec/download/{zoom.film}/mp4"),
]
