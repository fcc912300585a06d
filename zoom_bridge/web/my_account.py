"""What an organiser may change of themselves: name and language; and sign out everywhere at once."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from zoom_bridge import i18n
from zoom_bridge.domain.account import Organiser, Role
from zoom_bridge.flows import welcoming
from zoom_bridge.i18n import LANGUAGES, Speech
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, say, speech
from zoom_bridge.web.fields import N_, Choice, Line
from zoom_bridge.web.forms import ShortForm, complained
from zoom_bridge.web.in_words import ROLES

bp = Blueprint("my_account", __name__)

LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}


class AccountForm(ShortForm):
    """Name and language of an organiser."""

    name = Line(N_("Name"), missing=N_("Please enter a name."))
    language = Choice(N_("Language"))

    def __init__(self, speech: Speech, fields: "MultiDict[str, str]") -> None:
        super().__init__(speech, fields)
        self.language.offers = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]


@bp.get("/me")
@backstage.needs(Role.RECEPTION)
def show() -> ResponseReturnValue:
    return _page(AccountForm(speech(), _kept(backstage.me())))


def show_again() -> ResponseReturnValue:
    return _page(AccountForm(speech(), request.form))


@bp.post("/me")
@backstage.needs(Role.RECEPTION)
@guards.shown_again_by(show_again)
def change() -> ResponseReturnValue:
    form = AccountForm(speech(), request.form)
    if not form.validate():
        return _page(form), 422
    welcoming.change_own(bridge().db, backstage.me().id, form.name.value, form.language.value)
    # From now on in that language, whatever the address asked for before.
    flash(i18n.speech(form.language.value).say("Saved."), "good")
    return redirect(url_for("organiser.my_account.show", lang=None), 303)


@bp.post("/me/sign-out-everywhere")
@backstage.needs(Role.RECEPTION)
def sign_out_everywhere() -> ResponseReturnValue:
    welcoming.sign_out_everywhere(bridge().db, backstage.me().id)
    session.clear()
    return redirect(url_for("public.coming"), 303)


def _kept(organiser: Organiser) -> "MultiDict[str, str]":
    return MultiDict({"name": organiser.name, "language": organiser.language})


def _page(form: AccountForm) -> str:
    return render_template(
        "organiser/my_account.html",
        form=form,
        **complained(form.complaints()),
        role=say(ROLES[backstage.me().role][0]),
        may_do=say(ROLES[backstage.me().role][1]),
    )
