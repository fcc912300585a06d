"""Points on which no official source could be read, or sources disagree: how the pretend Zoom behaves there is a
switch, with the likelier answer as its default. A client must get along with every one of them."""

from dataclasses import dataclass, field, fields
from typing import Any

Value = str | int | bool
Choice = tuple[Value, str, str]

_YES_NO: tuple[Choice, ...] = ((True, "ja", "yes"), (False, "nein", "no"))


def _point(*, usual: Value, german: str, english: str, choices: tuple[Choice, ...] = _YES_NO) -> Any:
    return field(default=usual, metadata={"german": german, "english": english, "choices": choices})


@dataclass
class Unconfirmed:
    """Each point is a question; its first value is the default. choices: value, German, English."""

    # Tokens

    wrong_secret_status: int = _point(
        usual=400,
        german="Falsche Client-ID oder falsches Secret: welcher Status?",
        english="A wrong client id or secret: which status?",
        choices=((400, "400", "400"), (401, "401", "401")),
    )
    expired_access_says: str = _point(
        usual="invalid",
        german="Ein abgelaufenes Zugriffstoken: welche Worte?",
        english="An expired access token: which words?",
        choices=(
            ("invalid", "wie ein ungültiges", "like an invalid one"),
            ("expired", "dass es abgelaufen ist", "expired"),
        ),
    )
    new_token_ends_the_old: bool = _point(
        usual=False,
        german="Macht ein neues Zugriffstoken das alte ungültig?",
        english="Does a new access token end the old one?",
    )
    me: str = _point(
        usual="error",
        german="„me“ als Benutzer einer Server-zu-Server-App: was kommt zurück?",
        english="“me” as the user of a server-to-server app: what comes back?",
        choices=(("error", "ein Fehler", "an error"), ("owner", "der erste Benutzer", "the first user")),
    )

    # Limits

    retry_after_per_second: bool = _point(
        usual=False,
        german="Nennt ein 429 der Sekundengrenze eine Wartezeit (Retry-After)?",
        english="Does the 429 of a per-second limit name a Retry-After?",
    )
    three_adds_over_all_webinars: bool = _point(
        usual=False,
        german="Zählen die drei Anmeldungen am Tag je Adresse über alle Webinare?",
        english="Do an address’s three adds a day count over all webinars?",
    )
    status_limit_shared: bool = _point(
        usual=False,
        german="Teilen sich alle Angemeldeten eines Webinars die zehn Statuswechsel am Tag?",
        english="Do all registrants of a webinar share the ten status changes a day?",
    )
    large_page: str = _point(
        usual="clamp",
        german="page_size über 300: gekürzt oder ein Fehler?",
        english="page_size above 300: clamped or an error?",
        choices=(("clamp", "auf 300 gekürzt", "clamped to 300"), ("error", "ein Fehler", "an error")),
    )

    # Webinars

    webinars_listed_by: str = _point(
        usual="token",
        german="Wie geht es in der Liste der Webinare weiter?",
        english="How does one turn the pages of the list of webinars?",
        choices=(
            ("token", "mit next_page_token", "by next_page_token"),
            ("number", "nur mit page_number", "by page_number only"),
        ),
    )
    end_status: int = _point(
        usual=204,
        german="Webinar beenden: welcher Status?",
        english="Ending a webinar: which status?",
        choices=((204, "204", "204"), (200, "200", "200")),
    )
    alternative_hosts_between: str = _point(
        usual=",",
        german="Wie trennt Zoom alternative Hosts, wenn es sie nennt?",
        english="How does Zoom separate alternative hosts when it names them?",
        choices=((",", "mit Komma", "by comma"), (";", "mit Semikolon", "by semicolon")),
    )
    registration_url_told: bool = _point(
        usual=True,
        german="Steht die Adresse von Zooms Formular (registration_url) in der Antwort?",
        english="Do answers carry the address of Zoom’s form (registration_url)?",
    )
    passcode_changes_links: bool = _point(
        usual=True,
        german="Ändert ein neuer Kenncode die persönlichen Links?",
        english="Does a new passcode change people’s links?",
    )

    # Registrants

    denied_again: str = _point(
        usual="error",
        german="Eine abgelehnte Adresse wird wieder angemeldet: was geschieht?",
        english="A denied address is registered again: what happens?",
        choices=(
            ("error", "ein Fehler", "an error"),
            ("pending", "sie wartet auf Zulassung", "it waits for approval"),
            ("silent", "nichts, ohne Fehler", "nothing, without an error"),
        ),
    )
    names_overwrite: bool = _point(
        usual=False,
        german="Überschreibt eine erneute Anmeldung den Namen?",
        english="Does registering again overwrite the name?",
    )
    auto_approve_alone: bool = _point(
        usual=False,
        german="Wirkt auto_approve auch bei einzelnen Anmeldungen?",
        english="Does auto_approve work for single adds, too?",
    )
    capacity_at_registration: bool = _point(
        usual=False,
        german="Begrenzt die Lizenzgröße schon die Anmeldungen (nicht erst den Raum)?",
        english="Does the licence size limit registrations already (not only the room)?",
    )
    new_link_after_approval: bool = _point(
        usual=False,
        german="Bekommt, wer wieder zugelassen wird, einen neuen Link?",
        english="Does somebody who is approved again get a new link?",
    )
    link_ends_with_denial: bool = _point(
        usual=True, german="Endet der Link mit der Ablehnung?", english="Does the link end with the denial?"
    )

    # Reports

    no_survey: str = _point(
        usual="empty",
        german="Ein Webinar hatte keine Umfrage danach: was sagt deren Bericht?",
        english="A webinar had no survey: what does its report say?",
        choices=(
            ("empty", "keine Antworten", "no answers"),
            (
                "missing",
                "404, wie von einem Webinar, das nicht vorbei ist",
                "404, as of a webinar that is not over",
            ),
            ("disabled", "400, die Umfrage ist abgeschaltet", "400, the survey is disabled"),
        ),
    )

    # Webhooks

    pending_join_url: str = _point(
        usual="empty",
        german="registration_created für Wartende: join_url leer oder gar nicht da?",
        english="registration_created of somebody who waits: join_url empty or absent?",
        choices=(("empty", "leer", "empty"), ("absent", "nicht da", "absent")),
    )
    api_adds_are_told: bool = _point(
        usual=True,
        german="Kommt registration_created auch für Anmeldungen über die Schnittstelle?",
        english="Does registration_created come for registrants added by the API, too?",
    )
    ended_before_left: bool = _point(
        usual=False,
        german="Kommt am Ende erst webinar.ended und dann, wer gegangen ist?",
        english="At the end, does webinar.ended come before those who left?",
    )
    bind_user_id_is: str = _point(
        usual="person",
        german="Ein Anruf gehört zu jemandem: wen meint bind_user_id?",
        english="A call is bound to somebody: whom does bind_user_id mean?",
        choices=(
            ("person", "die Person am Rechner", "the person at the computer"),
            ("call", "den Anruf", "the call"),
        ),
    )
    retries_signed_anew: bool = _point(
        usual=True,
        german="Werden Wiederholungen von Webhooks neu unterschrieben?",
        english="Are repeated webhooks signed anew?",
    )
    retries_keep_their_id: bool = _point(
        usual=True,
        german="Behalten Wiederholungen ihre x-zm-request-id?",
        english="Do repeated webhooks keep their x-zm-request-id?",
    )

    def set(self, name: str, text: str) -> None:
        """As the control page sends it: the text of one of the choices."""
        for point in fields(self):
            for value, _, _ in point.metadata["choices"]:
                if (point.name, str(value)) == (name, text):
                    setattr(self, name, value)
                    return
        raise ValueError(f"no such point or value: {name} {text}")
