"""The team: who can sign in here, and what they may do. Owners invite, change roles, sign others out, take them out.

Nobody changes their own place in the team, so there is always an owner left; oneself is `my_account.py`."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.account import Organiser, Role
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import welcoming
from zoom_bridge.i18n import Speech
from zoom_bridge.store import organisers
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, Choice, SpokenForm, Texts
from zoom_bridge.web.forms import Complaint, complained
from zoom_bridge.web.in_words import ROLES
from zoom_bridge.web.my_account import AccountForm
from zoom_bridge.web.registration_form import OwnAddress

bp = Blueprint("team_desk", __name__)

_COLLEAGUE = f"/team/<{backstage.KEY}:organiser_id>"


class InvitationForm(AccountForm):
    email = OwnAddress(N_("E-mail address"), missing=N_("Please enter the e-mail address."))
    role = Choice(N_("Role"))

    def __init__(self, speech: Speech, fields: "MultiDict[str, str]") -> None:
        super().__init__(speech, fields)
        self.role.offers = _roles(speech)


class RoleForm(SpokenForm):
    role = Choice(N_("Role"))

    def __init__(self, speech: Speech, fields: "MultiDict[str, str]") -> None:
        super().__init__(fields, meta={"texts": Texts(speech)})
        self.role.offers = _roles(speech)


@bp.get("/team")
@backstage.needs(Role.OWNER)
def show() -> str:
    with bridge().db.reading() as connection:
        team = organisers.list_all(connection)
    return render_template("organiser/team.html", team=team, roles=ROLES)


@bp.get("/team/invite")
@backstage.needs(Role.OWNER)
def invite() -> ResponseReturnValue:
    usual = {"role": Role.EDITOR, "language": backstage.me().language}
    return _inviting(InvitationForm(speech(), MultiDict(usual)))


def invite_again_with_what_was_typed() -> ResponseReturnValue:
    return _inviting(InvitationForm(speech(), request.form))


@bp.post("/team/invite")
@backstage.needs(Role.OWNER)
@guards.shown_again_by(invite_again_with_what_was_typed)
def send_invitation() -> ResponseReturnValue:
    form = InvitationForm(speech(), request.form)
    if not form.validate():
        return _inviting(form), 422
    email, name = form.email.value, form.name.value
    language, role = form.language.value, Role(form.role.value)
    if not welcoming.invite_colleague(bridge().db, backstage.me().id, email, name, language, role, now()):
        form.email.complain(say("This address belongs to somebody in the team already."))
        return _inviting(form), 422
    flash(say("%(name)s is invited. The e-mail is on its way.", name=name), "good")
    return redirect(url_for("organiser.team_desk.show"), 303)


@bp.get(_COLLEAGUE)
@backstage.needs(Role.OWNER)
def colleague(organiser_id: int) -> ResponseReturnValue:
    one = _find(organiser_id)
    if one.id == backstage.me().id:
        return redirect(url_for("organiser.my_account.show"), 303)
    return _about(one, RoleForm(speech(), MultiDict({"role": one.role})))


@bp.post(_COLLEAGUE)
@backstage.needs(Role.OWNER)
def change_role(organiser_id: int) -> ResponseReturnValue:
    one = _find(organiser_id)
    form = RoleForm(speech(), request.form)
    if not form.validate():
        return _about(one, form), 422
    role = Role(form.role.value)
    welcoming.change_role(bridge().db, backstage.me().id, organiser_id, role)
    flash(say("%(name)s now has the role: %(role)s.", name=one.name, role=say(ROLES[role][0])), "good")
    return redirect(url_for("organiser.team_desk.show"), 303)


@bp.post(f"{_COLLEAGUE}/invite")
@backstage.needs(Role.OWNER)
def invite_again(organiser_id: int) -> ResponseReturnValue:
    one = _find(organiser_id)
    welcoming.invite_again(bridge().db, backstage.me().id, organiser_id, now())
    flash(say("Another invitation to %(name)s is on its way.", name=one.name), "good")
    return _back(organiser_id)


@bp.post(f"{_COLLEAGUE}/sign-out")
@backstage.needs(Role.OWNER)
def sign_out(organiser_id: int) -> ResponseReturnValue:
    one = _find(organiser_id)
    welcoming.sign_out_colleague(bridge().db, backstage.me().id, organiser_id)
    flash(say("%(name)s is signed out everywhere.", name=one.name), "good")
    return _back(organiser_id)


@bp.get(f"{_COLLEAGUE}/remove")
@backstage.needs(Role.OWNER)
def ask_to_remove(organiser_id: int) -> ResponseReturnValue:
    return render_template("organiser/removing_colleague.html", colleague=_find(organiser_id))


@bp.post(f"{_COLLEAGUE}/remove")
@backstage.needs(Role.OWNER)
def remove(organiser_id: int) -> ResponseReturnValue:
    one = _find(organiser_id)
    welcoming.remove_colleague(bridge().db, backstage.me().id, organiser_id)
    flash(say("%(name)s no longer belongs to the team.", name=one.name), "good")
    return redirect(url_for("organiser.team_desk.show"), 303)


def _find(organiser_id: int) -> Organiser:
    with bridge().db.reading() as connection:
        one = organisers.find(connection, organiser_id)
    if one is None:
        raise NotFound
    return one


def _roles(speech: Speech) -> list[tuple[str, str]]:
    return [(role.value, f"{speech.say(name)}: {speech.say(may_do)}") for role, (name, may_do) in ROLES.items()]


def _inviting(form: InvitationForm) -> str:
    return render_template("organiser/inviting.html", form=form, **complained(form.complaints()))


def _about(one: Organiser, form: RoleForm) -> str:
    errors = {"role": str(form.role.errors[0])} if form.role.errors else {}
    complaints = [Complaint("role", say("Role"), sentence) for sentence in errors.values()]
    return render_template(
        "organiser/colleague.html", colleague=one, form=form, complaints=complaints, errors=errors
    )


def _back(organiser_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.team_desk.colleague", organiser_id=organiser_id), 303)
