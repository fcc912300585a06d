"""The parts of the event form, in the order of the page: which fields stand in which, and which of them are folded away
until they are wanted."""

from dataclasses import dataclass

from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.web.fields import N_

#: Rows that repeat stand in the lists below under the name of their kind.
_MOMENTS = ("starts_day", "starts_clock", "ends_clock", "starts_which", "ends_which", "ends_day", "timezone")
_WINDOW = ("opens_day", "opens_clock", "opens_which", "closes_day", "closes_clock", "closes_which")
_TRAILER = ("trailer_url", "trailer_picture", "trailer_picturefile", "trailer_text_de")
#: Field of the form → who is written to.
FOLLOW_UPS = {f"follow_up_{turnout}": turnout for turnout in Turnout}
_ENGLISH = ("title", "subtitle", "description", "themes_title", "themes", "programme", "trailer_text", "thanks")


@dataclass(frozen=True)
class Section:
    """`anchor` is also the id of its heading."""

    anchor: str
    heading: str
    fields: tuple[str, ...]


SECTIONS = (
    Section("essentials", N_("Title and time"), ("title_de", *_MOMENTS)),
    Section(
        "subject",
        N_("What it is about"),
        ("subtitle_de", "description_de", "themes_title_de", "themes_de", "programme_de", *_TRAILER),
    ),
    Section(
        "hosts",
        N_("Who invites"),
        ("hosted_by", "hosted_by_url", "hosted_by_logo", "hosted_by_logofile", "partners"),
    ),
    Section("speakers", N_("Speakers"), ("panelists",)),
    Section(
        "taking-part", N_("Taking part"), ("participation", "captions", "sign_language", "plain_language", "polls")
    ),
    Section("registration", N_("Registration"), ("capacity", "waiting_list", *_WINDOW, "questions")),
    Section("help", N_("Help line"), ("help_name", "help_phone", "help_hours", "help_email")),
    Section("letters", N_("E‑mails"), ("double_opt_in", "reminders")),
    Section("english", N_("In English"), tuple(f"{name}_en" for name in _ENGLISH)),
    Section("afterwards", N_("After the event"), ("recording_url", "thanks_de", *FOLLOW_UPS)),
    Section(
        "zoom",
        N_("Zoom"),
        (
            "zoom_account",
            "double_booked",
            "zoom_host",
            "practice_session",
            "recording",
            "alternative_hosts",
            "open_door",
            "welcome_zoom",
            "pseudonyms",
        ),
    ),
)
