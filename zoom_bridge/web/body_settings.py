"""The settings' page about the body itself: name, address and logo, the help line that new events begin with, and its
colour, with a picture of what the pages make of it. Where all this shows is `branding.py`."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.colour import colour_of, look_of
from zoom_bridge.domain.instance import Instance
from zoom_bridge.flows import informing
from zoom_bridge.i18n import Speech
from zoom_bridge.store import instances
from zoom_bridge.web import backstage, branding, guards
from zoom_bridge.web.context import bridge, say, speech
from zoom_bridge.web.fields import N_, Line, MailAddress, Phone, WebAddress
from zoom_bridge.web.form_pictures import ChosenFile, ChosenPicture, Fields, received, received_untrusted
from zoom_bridge.web.forms import ShortForm, complained
from zoom_bridge.web.uploads import ACCEPTED

bp = Blueprint("body_settings", __name__)

#: One logo, and what belongs to it.
_LARGEST_FORM = 9 * 1024 * 1024


class Part(ShortForm):
    """A part of the page, with a form and a button of its own. Its fields are called as those of the instance."""

    def changes(self) -> dict[str, str]:
        return {field.name: field.value for field in self}


class Who(Part):
    name = Line(N_("Name of your organisation"))
    url = WebAddress(N_("Web address"))
    house_logo = ChosenPicture(N_("Logo"))
    house_logofile = ChosenFile(N_("Logo"))

    def changes(self) -> dict[str, str]:
        return {"name": self.name.value, "url": self.url.value, "logo": self.house_logo.value}


class Help(Part):
    help_name = Line(N_("Name of the help line"))
    help_phone = Phone(N_("Phone number for help"))
    help_hours = Line(N_("When the help line answers"))
    help_email = MailAddress(N_("E-mail address for help"))


class ColourLine(Line):
    def read(self, text: str) -> str:
        colour = colour_of(text)
        if colour is None:
            self.refuse(
                self.gettext(
                    "Please write the colour with # and six digits or letters from a to f, as in #045766."
                )
            )
        return colour or ""


class Colour(Part):
    """The colour as text and, for the eye, as the browser's colour field. Both are always sent; `accent_shown` says
    what they showed, so the one that was changed counts."""

    accent = ColourLine(N_("Colour"), longest=20)
    picked = ColourLine(N_("Choose by eye"), longest=20)
    shown = HiddenField()

    def __init__(self, speech: Speech, fields: Fields) -> None:
        super().__init__(speech, fields)
        typed, picked = self.accent.data or "", self.picked.data or ""
        shown = self.shown.data or ""
        if typed == shown and picked and picked != (colour_of(shown) or branding.HOUSE_ACCENT):
            self.accent.data = picked
        self.picked.data = colour_of(self.accent.data or "") or branding.HOUSE_ACCENT

    def changes(self) -> dict[str, str]:
        return {"accent": self.accent.value}


_PARTS: dict[str, type[Part]] = {"who": Who, "help": Help, "colour": Colour}
_EMPTIED = {"no-logo": "logo", "house-colour": "accent"}


@bp.url_value_preprocessor
def take_a_picture(endpoint: str | None, values: dict[str, object] | None) -> None:  # noqa: ARG001
    """Before anything looks into the form."""
    request.max_content_length = _LARGEST_FORM


@bp.get("/settings/us")
@backstage.needs(Role.OWNER)
def show() -> ResponseReturnValue:
    return _page({})


def show_again() -> ResponseReturnValue:
    part = _PARTS.get(request.form.get("part", ""))
    return _page({part: part(speech(), received_untrusted())} if part else {})


@bp.post("/settings/us")
@backstage.needs(Role.OWNER)
@guards.shown_again_by(show_again)
def change() -> ResponseReturnValue:
    asked = request.form.get("part", "")
    if asked in _EMPTIED:
        return _saved({_EMPTIED[asked]: ""}, asked)
    if asked not in _PARTS:
        return _page({}), 422
    part = _PARTS[asked]
    form = part(speech(), received() if part is Who else request.form)
    if not form.validate():
        return _page({part: form}), 422
    if request.form.get("action") == "look":
        return _page({part: form}, looking=True)
    return _saved(form.changes(), asked)


def _saved(changes: dict[str, str], asked: str) -> ResponseReturnValue:
    informing.describe_house(bridge().db, **changes)
    branding.forget()
    flash(say("Saved."), "good")
    anchor = {"no-logo": "who", "house-colour": "colour"}.get(asked, asked)
    return redirect(url_for("organiser.body_settings.show", _anchor=anchor), 303)


def _page(typed: dict[type[Part], Part], *, looking: bool = False) -> str:
    with bridge().db.reading() as connection:
        kept = instances.get(connection)
    forms: dict[str, Any] = {
        name: typed.get(part) or part(speech(), _fields(kept)) for name, part in _PARTS.items()
    }
    complaints = [complaint for form in typed.values() for complaint in form.complaints()]
    accent = colour_of(forms["colour"].accent.data or "")
    return render_template(
        "organiser/body_settings.html",
        kept=kept,
        **forms,
        **complained(complaints),
        accepted=ACCEPTED,
        look=look_of(accent) if accent else None,
        looking=looking,
    )


def _fields(kept: Instance) -> Fields:
    return MultiDict(asdict(kept) | {"house_logo": kept.logo, "picked": kept.accent, "shown": kept.accent})
