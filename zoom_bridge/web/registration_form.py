"""The forms that people fill in about themselves: submitted fields → an attendee, or complaints beside the fields. The
registration form has two small traps for robots; neither can keep a person out. The organiser's own questions are in
`own_questions.py`."""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField

from zoom_bridge.domain.question import Answer, Question
from zoom_bridge.domain.registration import Attendee, Registration, new_alias
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import Choice, Line, Passage, Texts
from zoom_bridge.web.forms import Complaint
from zoom_bridge.web.own_questions import Asked, field_id, typed_before

#: Marks a text for translation where no reader is known yet.
N_ = str

#: Zoom takes no longer names and addresses than these.
LONGEST_NAME = 64
LONGEST_ADDRESS = 128
#: What somebody needs, or asks the panel.
LONGEST_WISH = 1000
#: Nobody reads and fills in the form faster.
QUICK = timedelta(seconds=3)

_LINKS = re.compile(r"://|\bwww\.|[<>]", re.IGNORECASE)
_EXAMPLE = "anna.albers@example.org"


def names_something(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNS" for char in text)


class NameLine(Line):
    """A name as its owner writes it. An address in it is advertising that our letters would carry to a stranger."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, longest=LONGEST_NAME, **options)

    def read(self, text: str) -> str:
        if not names_something(text):
            self.refuse(self.gettext(self.missing))
        if _LINKS.search(text):
            self.refuse(self.gettext("Please enter only the name, without a web address."))
        return text


class OtherName(NameLine):
    """A name that may be left out."""

    def read(self, text: str) -> str:
        if not names_something(text):
            self.refuse(self.gettext("Please enter a name, or leave the field empty."))
        return super().read(text)


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


_NO_OTHER_NAME = N_(
    "Taking part under another name is no longer possible here. If you send the form once more, Zoom gets this name and "
    "your address."
)

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


class PersonForm(Form):  # type: ignore[misc]
    """What somebody tells of themselves, whenever they tell it: the names, and what the organiser asks besides."""

    first_name = NameLine(N_("First name"), missing=N_("Please enter your first name."))
    last_name = NameLine(N_("Last name"), missing=N_("Please enter your last name."))
    needs = Passage(N_("What do you need to take part well?"), longest=LONGEST_WISH)
    asks = Passage(N_("What would you like to ask the panel?"), longest=LONGEST_WISH)

    class Meta:
        texts: Texts

        def get_translations(self, form: Form) -> Texts:  # noqa: ARG002 (the name is WTForms' own)
            return self.texts

    def __init__(
        self,
        speech: Speech,
        questions: Iterable[Question] = (),
        fields: "MultiDict[str, str] | None" = None,
        *,
        participation: bool = False,
    ) -> None:
        self.speech = speech
        fields = MultiDict() if fields is None else fields
        super().__init__(fields, meta={"texts": Texts(speech)})
        self.questions = [Asked(question, speech, fields.getlist(field_id(question))) for question in questions]
        self.participation = participation

    def attendee(self) -> Attendee | None:
        """Who was filled in; None when something does not fit, and `complaints` says what."""
        good = self.validate()
        answers = tuple(filter(None, [asked.answer() for asked in self.questions]))
        good = not any(asked.error for asked in self.questions) and good
        return self.read(answers) if good else None

    def read(self, answers: tuple[Answer, ...]) -> Attendee | None:
        return Attendee(
            self.first_name.value,
            self.last_name.value,
            "",
            self.speech.language,
            needs=self.needs.value,
            asks=self.asks.value if self.participation else "",
            answers=answers,
        )

    def lines(self) -> tuple[Line, ...]:
        """The fields above the organiser's own questions, in the order of the page."""
        return (self.first_name, self.last_name)

    def complaints(self) -> list[Complaint]:
        """In the order of the page."""
        asked = [Complaint(one.id, one.name, one.error) for one in self.questions if one.error]
        return [*self._complaints(self.lines()), *asked, *self._complaints((self.needs, self.asks))]

    def _complaints(self, lines: Iterable[Line]) -> list[Complaint]:
        return [
            Complaint(line.id, self.speech.say(line.label.text), str(line.errors[0]))
            for line in lines
            if line.errors
        ]


class RegistrationForm(PersonForm):
    email = OwnAddress(N_("E‑mail address"), missing=N_("Please enter your e‑mail address."))
    zoom_name = OtherName(N_("Name in the event"))
    #: People do not see it. Robots fill in everything.
    remark = Line(N_("Please leave this field empty"), longest=1000)
    opened = HiddenField()

    def __init__(self, *args: Any, alias_domain: str = "", **options: Any) -> None:
        """`alias_domain`: where people may take part under another name, it makes the address for it."""
        super().__init__(*args, **options)
        self.alias_domain = alias_domain

    def lines(self) -> tuple[Line, ...]:
        return (*super().lines(), self.email, self.zoom_name, self.remark)

    def read(self, answers: tuple[Answer, ...]) -> Attendee | None:
        if self.remark.data:
            self.remark.complain(self.speech.say("Please empty this field. It is there to catch robots."))
            return None
        attendee = super().read(answers)
        if attendee is None:
            return None
        attendee = replace(attendee, email=self.email.value)
        if not self.zoom_name.value:
            return attendee
        if not self.alias_domain:
            # It was offered when the form was opened. Nobody goes to Zoom by their own name unasked.
            self.first_name.complain(self.speech.say(_NO_OTHER_NAME))
            return None
        return replace(attendee, zoom_name=self.zoom_name.value, zoom_email=new_alias(self.alias_domain))


class DetailsForm(PersonForm):
    """The same for somebody who is registered and changes what they told us. Their address stays as it is."""

    language = Choice(N_("Language of our letters"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language.offers = [("de", "Deutsch"), ("en", "English")]

    def lines(self) -> tuple[Line, ...]:
        return (*super().lines(), self.language)

    def read(self, answers: tuple[Answer, ...]) -> Attendee | None:
        attendee = super().read(answers)
        return replace(attendee, language=self.language.value) if attendee else None


def filled_in(registration: Registration, questions: Iterable[Question]) -> "MultiDict[str, str]":
    """The details as fields, to be changed."""
    fields: MultiDict[str, str] = MultiDict(
        {name: getattr(registration, name) for name in ("first_name", "last_name", "language", "needs", "asks")}
    )
    for question in questions:
        fields.setlist(field_id(question), list(typed_before(registration.answers, question)))
    return fields


class AddressForm(Form):  # type: ignore[misc]
    """One address: to whom we send the link again."""

    email = OwnAddress(N_("E‑mail address"), missing=N_("Please enter your e‑mail address."))

    class Meta(PersonForm.Meta):
        pass

    def __init__(self, speech: Speech, fields: "MultiDict[str, str] | None" = None) -> None:
        self.speech = speech
        super().__init__(MultiDict() if fields is None else fields, meta={"texts": Texts(speech)})

    def complaints(self) -> list[Complaint]:
        label = self.speech.say(self.email.label.text)
        return [Complaint(self.email.id, label, str(error)) for error in self.email.errors]


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
