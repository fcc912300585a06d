"""What Zoom itself says of our access: token, scopes, clock, hosts with licence and settings, limits left. Asks and
changes nothing; `examining.py` is about everything else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from zoom_bridge.domain.event import Event, Recording
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.finding import N_, Finding
from zoom_bridge.zoom import answers
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.overheard import Overheard
from zoom_bridge.zoom.users import UserSettings

#: Clocks that differ by more than this make tokens and signatures fail.
CLOCK_APART = timedelta(minutes=2)

#: Every permission that the service uses, and what for; apps of organisations have them with `:admin` behind.
SCOPES = {
    "webinar:write:webinar": N_("create webinars"),
    "webinar:read:webinar": N_("look at a webinar, and let its host start it"),
    "webinar:update:webinar": N_("change webinars"),
    "webinar:delete:webinar": N_("delete webinars"),
    "webinar:update:status": N_("end a running webinar"),
    "webinar:read:list_webinars": N_("find a webinar again whose making was cut off"),
    "webinar:write:batch_registrants": N_("register people, thirty at a time"),
    "webinar:read:list_registrants": N_("compare who is registered"),
    "webinar:read:registrant": N_("look somebody up"),
    "webinar:update:registrant_status": N_("let people in, or in again"),
    "webinar:delete:registrant": N_("cancel registrations, and forget people"),
    "webinar:write:panelist": N_("invite speakers"),
    "webinar:read:list_panelists": N_("get the speakers' links"),
    "webinar:delete:panelist": N_("uninvite speakers"),
    "webinar:write:poll": N_("prepare polls"),
    "webinar:read:list_polls": N_("find prepared polls again"),
    "webinar:update:poll": N_("change polls"),
    "webinar:delete:poll": N_("remove polls"),
    "webinar:read:list_past_instances": N_("notice that a webinar is over when that news got lost"),
    "report:read:list_webinar_participants": N_("fetch who was there"),
    "report:read:webinar_qna": N_("fetch the questions after the end"),
    "report:read:list_webinar_polls": N_("fetch the results of polls"),
    "report:read:webinar_survey": N_("fetch the answers to the survey"),
    "cloud_recording:read:list_recording_files": N_("find the recording"),
    "user:read:user": N_("check hosts"),
    "user:read:settings": N_("check the hosts' licences and settings"),
}
#: What apps made before Zoom's fine-grained permissions have instead.
_CLASSIC = {
    "webinar:read": "webinar:read",
    "webinar:write": "webinar:write",
    "webinar:update": "webinar:write",
    "webinar:delete": "webinar:write",
    "report:read": "report:read",
    "cloud_recording:read": "recording:read",
    "user:read": "user:read",
}


@dataclass(frozen=True)
class Wishes:
    """Which hosts there are, and what coming events want of them."""

    hosts: Sequence[str]
    cloud: bool = False
    local: bool = False
    polls: bool = False

    @staticmethod
    def of(events: Sequence[Event], hosts: Sequence[str]) -> "Wishes":
        named = [*hosts, *(event.zoom_host for event in events)]
        return Wishes(
            hosts=list(dict.fromkeys(host for host in named if host)),
            cloud=any(event.recording == Recording.CLOUD for event in events),
            local=any(event.recording == Recording.LOCAL for event in events),
            polls=any(event.polls for event in events),
        )


def consult(zoom: ZoomClient, overheard: Overheard, wishes: Wishes) -> Iterator[Finding]:
    """Without a token, nothing else can be asked; but even a refusal tells what time it is at Zoom."""
    try:
        scopes = zoom.scopes()
    except Failure as failure:
        yield _failed("token", N_("We get no access to Zoom."), failure, _token_remedy(failure))
        yield _clock(overheard)
        for what in ("scopes", "hosts", "settings", "limits"):
            yield Finding(id=what, good=None, says=_UNASKED[what])
        return
    yield Finding(id="token", good=True, says=N_("Zoom accepts account ID, client ID and client secret."))
    yield _clock(overheard)
    yield from _scopes(scopes)
    yield from _hosts(zoom, wishes, scopes)
    yield from _limits(overheard)


_UNASKED = {
    "scopes": N_("Permissions: not asked, because we get no access."),
    "hosts": N_("Hosts and licences: not asked, because we get no access."),
    "settings": N_("The hosts' settings: not asked, because we get no access."),
    "limits": N_("Limits: not asked, because we get no access."),
}


def _token_remedy(failure: Failure) -> str:
    if failure.message.startswith(answers.CREDENTIALS):
        return N_(
            "Compare account_id, client_id and client_secret in [zoom] with the page “App Credentials” of the app, "
            "and see that the app is activated."
        )
    if failure.message.startswith(answers.CERTIFICATE):
        return N_(
            "See that this machine knows the usual certificate authorities, and that nobody stands in between."
        )
    return N_("See that zoom.oauth_url is right and that this machine may reach it (firewall, proxy, DNS).")


def _clock(overheard: Overheard) -> Finding:
    if overheard.dates is None:
        return Finding(
            id="clock", good=None, says=N_("Clock: not compared, because Zoom did not say what time it is.")
        )
    zooms, ours = overheard.dates
    apart = ours - zooms
    values = {"minutes": round(abs(apart) / timedelta(minutes=1))}
    if abs(apart) <= CLOCK_APART:
        return Finding(id="clock", good=True, says=N_("Our clock and Zoom's agree."))
    return Finding(
        id="clock",
        good=False,
        says=N_("Our clock is %(minutes)s minutes fast.")
        if apart > timedelta()
        else N_("Our clock is %(minutes)s minutes slow."),
        do=N_("Check the clock of this machine and switch on its synchronisation (timedatectl set-ntp true)."),
        values=values,
    )


def _scopes(scopes: frozenset[str]) -> Iterator[Finding]:
    if not scopes:
        yield Finding(id="scopes", good=None, says=N_("Permissions: Zoom does not say which the app has."))
        return
    for scope in SCOPES:
        held = holds(scopes, scope)
        yield Finding(
            id=f"scope.{scope}:admin",
            good=held,
            says=N_("Permission %(scope)s: %(purpose)s.")
            if held
            else N_("The permission %(scope)s is missing: %(purpose)s."),
            do="" if held else N_("Add it in the app at Zoom, on the page “Scopes”."),
            values={"scope": f"{scope}:admin", "purpose": SCOPES[scope]},
        )


def holds(scopes: frozenset[str], scope: str) -> bool:
    """Whether a token with these scopes may do what the scope names."""
    classic = _CLASSIC[scope.rpartition(":")[0]]
    return any(f"{name}{suffix}" in scopes for name in (scope, classic) for suffix in (":admin", ":master"))


def _hosts(zoom: ZoomClient, wishes: Wishes, scopes: frozenset[str]) -> Iterator[Finding]:
    if not wishes.hosts:
        yield Finding(
            id="hosts",
            good=None,
            says=N_("Hosts and licences: not asked, because zoom.host is empty and no coming event names a host."),
        )
    elif scopes and not all(holds(scopes, scope) for scope in ("user:read:user", "user:read:settings")):
        yield Finding(
            id="hosts",
            good=None,
            says=N_("Hosts and licences: not asked, because the permission for that is missing."),
        )
    else:
        for host in wishes.hosts:
            yield from _host(zoom, host, wishes)


def _host(zoom: ZoomClient, host: str, wishes: Wishes) -> Iterator[Finding]:
    values = {"host": host}
    try:
        user = zoom.find_user(host)
        if user is None or user.status not in ("active", ""):
            yield Finding(
                id=f"host.{host}",
                good=False,
                says=N_("Zoom does not know the host %(host)s.")
                if user is None
                else N_("The host %(host)s is not active at Zoom."),
                do=N_(
                    "Add or activate the user at Zoom under “Users”, or name another host in zoom.host or the event."
                ),
                values=values,
            )
            return
        yield Finding(id=f"host.{host}", good=True, says=N_("Zoom knows the host %(host)s."), values=values)
        settings = zoom.get_user_settings(host)
        yield _licence(host, settings)
        if settings.webinar is False:
            return
        yield from _settings(host, settings, wishes)
        yield from _locks(host, *zoom.get_user_locks(host))
        zoom.list_webinars(host)
    except Failure as failure:
        yield _failed(
            f"host.{host}",
            N_("The host %(host)s could not be looked at to the end."),
            failure,
            N_("Try again in a few minutes."),
            host=host,
        )


def _licence(host: str, settings: UserSettings) -> Finding:
    values = {"host": host, "seats": settings.capacity or 0}
    if settings.webinar is None:
        says, good = N_("Licence: Zoom does not say whether %(host)s has one for webinars."), None
    elif not settings.webinar:
        says, good = N_("The host %(host)s has no webinar licence."), False
    elif settings.capacity:
        says, good = N_("The host %(host)s has a webinar licence for up to %(seats)s people."), True
    else:
        says, good = N_("The host %(host)s has a webinar licence; Zoom does not say for how many people."), True
    do = N_("Assign the licence “Webinars” to this user at Zoom under “Users”.") if good is False else ""
    return Finding(id=f"licence.{host}", good=good, says=says, do=do, values=values)


def _settings(host: str, settings: UserSettings, wishes: Wishes) -> Iterator[Finding]:
    yield _switch(
        host, "browser_link", settings.browser_link,
        N_("%(host)s: “Show a Join from your browser link” is on."),
        N_("%(host)s: “Show a Join from your browser link” is off; people without the app cannot join."),
        N_("Switch it on at Zoom under “Settings”, “In Meeting (Advanced)”, for the account or this user."),
    )  # fmt: skip
    yield _switch(
        host, "telephone", settings.audio in ("both", "telephony") if settings.audio else None,
        N_("%(host)s: joining by telephone is allowed."),
        N_("%(host)s: joining by telephone is not allowed; callers cannot join."),
        N_("Choose “Telephone and Computer Audio” at Zoom under “Settings”, “Schedule Meeting”, “Audio Type”."),
    )  # fmt: skip
    yield _wanted(
        host, "cloud_recording", settings.cloud_recording, wishes.cloud,
        N_("%(host)s: recording in the cloud is on."),
        N_("%(host)s: recording in the cloud is off, but a coming event wants it."),
        N_("%(host)s: recording in the cloud: not asked, because no coming event wants it."),
        N_("Switch it on at Zoom under “Settings”, “Recording”, or choose another recording in the event."),
    )  # fmt: skip
    yield _wanted(
        host, "local_recording", settings.local_recording, wishes.local,
        N_("%(host)s: recording on the host's computer is on."),
        N_("%(host)s: recording on the host's computer is off, but a coming event wants it."),
        N_("%(host)s: recording on the host's computer: not asked, because no coming event wants it."),
        N_("Switch it on at Zoom under “Settings”, “Recording”, or choose another recording in the event."),
    )  # fmt: skip
    yield _wanted(
        host, "polls", settings.polls, wishes.polls,
        N_("%(host)s: polls in webinars are on."),
        N_("%(host)s: polls in webinars are off, but a coming event has some."),
        N_("%(host)s: polls in webinars: not asked, because no coming event has any."),
        N_("Switch on “Meeting Polls/Quizzes” for webinars at Zoom under “Settings”, “In Meeting (Basic)”."),
    )  # fmt: skip


def _locks(host: str, browser_sign_in: bool | None, sign_in: bool | None) -> Iterator[Finding]:
    yield _switch(
        host, "browser_sign_in", _not(browser_sign_in),
        N_("%(host)s: joining from the browser needs no Zoom account."),
        N_("%(host)s: joining from the browser needs a Zoom account, which most people do not have."),
        N_("Switch off “Only authenticated users can join meetings from Web client” at Zoom under “Settings”, “Security”."),
    )  # fmt: skip
    yield _switch(
        host, "sign_in", _not(sign_in),
        N_("%(host)s: joining needs no Zoom account."),
        N_("%(host)s: joining needs a Zoom account, which most people do not have."),
        N_("Switch off “Only authenticated users can join meetings and webinars” at Zoom under “Settings”, “Security”."),
    )  # fmt: skip


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


def _switch(host: str, name: str, good: bool | None, right: str, wrong: str, do: str) -> Finding:
    key, values = f"setting.{name}.{host}", {"host": host, "setting": name}
    if good is None:
        return Finding(
            id=key, good=None, says=N_("%(host)s: Zoom does not tell the setting %(setting)s."), values=values
        )
    return Finding(id=key, good=good, says=right if good else wrong, do="" if good else do, values=values)


def _wanted(
    host: str, name: str, found: bool | None, wanted: bool, right: str, wrong: str, unasked: str, do: str
) -> Finding:
    if not wanted:
        return Finding(id=f"setting.{name}.{host}", good=None, says=unasked, values={"host": host})
    return _switch(host, name, found, right, wrong, do)


def _limits(overheard: Overheard) -> Iterator[Finding]:
    if not overheard.limits:
        yield Finding(id="limits", good=None, says=N_("Limits: Zoom does not say what is left of them."))
    for limit in overheard.limits:
        spent = limit.daily and limit.left == 0
        says = (
            N_("Zoom's daily limit for %(category)s calls is used up.")
            if spent
            else N_("Limits: %(left)s of %(limit)s %(category)s calls are left today.")
            if limit.daily
            else N_("Limits: %(left)s of %(limit)s %(category)s calls are left this second.")
        )
        yield Finding(
            id=f"limits.{limit.category.lower()}.{'day' if limit.daily else 'second'}",
            good=not spent,
            says=says,
            do=N_("It begins anew at 00:00 UTC; until then the work waits by itself.") if spent else "",
            values={"category": limit.category, "left": limit.left, "limit": limit.limit},
        )


def _failed(what: str, says: str, failure: Failure, do: str, **values: object) -> Finding:
    return Finding(id=what, good=False, says=says, do=do, values=values, error=failure.message)
