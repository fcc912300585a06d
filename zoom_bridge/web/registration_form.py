"""The registration form: submitted fields → an attendee, or complaints beside the fields. Two small traps for robots
are in it; neither can keep a person out."""

import hmac
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField

from zoom_bridge.domain.registration import Attendee
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import Line, Texts
from zoom_bridge.web.forms import Complaint

#: Marks a text for translation where no reader is known yet.
N_ = str

#: Zoom takes no longer names and addresses than these.
LONGEST_NAME = 64
LONGEST_ADDRESS = 128
#: Nobody reads and fills in the form faster.
QUICK = timedelta(seconds=3)

_LINKS = re.compile(r"://|\bwww\.|[<>]", re.IGNORECASE)
_EXAMPLE = "anna.albers@example.org"


class NameLine(Line):
    """A name as its owner writes it. An address in it is advertising that our letters would carry to a stranger."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, longest=LONGEST_NAME, **options)

    def read(self, text: str) -> str:
        if not any(unicodedata.category(char)[0] in "LNS" for char in text):
            self.refuse(self.gettext(self.missing))
        if _LINKS.search(text):
            self.refuse(self.gettext("Please enter only the name, without a web address."))
        return text


class OwnAddress(Line):
    """An e-mail address. Each common slip has a sentence of its own; umlaut domains become what mail servers know."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, longest=LONGEST_ADDRESS, **options)

    def read(self, text: str) -> str:
        if slip := slip_in(text):
            self.refuse(self.gettext(slip) % {"example": _EXAMPLE})
        try:
            valid = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
        except EmailNotValidError:
            self.refuse(self.gettext(_CHECK) % {"example": _EXAMPLE})
            raise
        address = f"{valid.local_part}@{valid.ascii_domain.lower()}"
        if len(address) > LONGEST_ADDRESS:
            self.refuse(self.gettext("This address is too long. Please use a shorter one."))
        return address


_CHECK = N_("Please check this address. It looks like this: %(example)s.")


def slip_in(address: str) -> str | None:
    """The sentence for the first slip of the finger, or None."""
    local, at, domain = address.partition("@")
    if not at:
        return N_("The @ is missing, as in %(example)s.")
    if "@" in domain:
        return N_("There is more than one @ in this address. Please enter one address only.")
    if not local:
        return N_("The name before the @ is missing, as in %(example)s.")
    if not domain:
        return N_("The provider's name is missing after the @.")
    if " " in address:
        return N_("There is a space in this address. Please take it out.")
    if "," in domain or ";" in address:
        return N_("There is a comma or semicolon in this address. Perhaps it should be a dot.")
    if "." not in domain.strip("."):
        return N_("The ending after the provider's name is missing, such as .de or .org.")
    if not local.isascii():
        return N_("Before the @ we can only use letters without accents or umlauts. Have you another address?")
    return None


class RegistrationForm(Form):  # type: ignore[misc]
    first_name = NameLine(N_("First name"), missing=N_("Please enter your first name."))
    last_name = NameLine(N_("Last name"), missing=N_("Please enter your last name."))
    email = OwnAddress(N_("E‑mail address"), missing=N_("Please enter your e‑mail address."))
    #: People do not see it. Robots fill in everything.
    remark = Line(N_("Please leave this field empty"), longest=1000)
    opened = HiddenField()

    class Meta:
        texts: Texts

        def get_translations(self, form: Form) -> Texts:  # noqa: ARG002 (the name is WTForms' own)
            return self.texts

    def __init__(self, speech: Speech, fields: "MultiDict[str, str] | None" = None) -> None:
        self.speech = speech
        super().__init__(fields or MultiDict(), meta={"texts": Texts(speech)})

    def attendee(self) -> Attendee | None:
        """Who was filled in; None when something does not fit, and `complaints` says what."""
        good = self.validate()
        if self.remark.data:
            self.remark.complain(self.speech.say("Please empty this field. It is there to catch robots."))
            good = False
        if not good:
            return None
        return Attendee(self.first_name.value, self.last_name.value, self.email.value, self.speech.language)

    def complaints(self) -> list[Complaint]:
        lines = (self.first_name, self.last_name, self.email, self.remark)
        return [
            Complaint(line.id, self.speech.say(line.label.text), str(line.errors[0]))
            for line in lines
            if line.errors
        ]


def opening_mark(secret: str, now: datetime) -> str:
    """When the form was opened, signed. It rides in the form, so it needs no cookie."""
    seconds = str(int(now.timestamp()))
    return f"{seconds}.{hmac.digest(secret.encode(), f'opened {seconds}'.encode(), 'sha256').hex()[:32]}"


def filled_in_quickly(secret: str, mark: str, now: datetime) -> bool:
    """Faster than a person, or without having opened the form at all."""
    seconds = mark.partition(".")[0]
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
        return True
    opened_at = datetime.fromtimestamp(int(seconds), now.tzinfo)
    genuine = hmac.compare_digest(mark.encode(errors="replace"), opening_mark(secret, opened_at).encode())
    return not genuine or now - opened_at < QUICK
