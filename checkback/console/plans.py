"""Plans: what families are texted, in versions; edited as a draft, compared, approved by somebody else, rehearsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from starlette.responses import Response

from checkback.adapters.reading_grade import reading_grade
from checkback.care.errors import AlreadyApproved, NoSuchPlan, NoSuchScene, NotAllowed, NotFound
from checkback.care.flows import family_page, family_plans, plan_pages, plan_versions, rotas
from checkback.care.flows import plans as plan_flow
from checkback.care.flows.plan_pages import Wanted
from checkback.care.flows.plans import Rehearsal
from checkback.care.program import ProgramError, plan_as_text, read_plan
from checkback.care.rules.plans import SAID, SILENCES, WEEK, Plan
from checkback.care.terms import Dialogue, LatePolicy, SafetyMode
from checkback.console import plan_form
from checkback.console.desk import Visit
from checkback.console.months import months
from checkback.console.plan_form import Fields
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told

_DIALOGUES = (Dialogue.CHECK_IN, Dialogue.NEED, Dialogue.CONSENT, Dialogue.NONE)
#: What is to be mended, by step (none for the whole plan) and field.
Problems = Mapping[tuple[int | None, str], str]
#: The zones of the United States, in which most families live; any other one is rehearsed from the command line.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)

#: So many of the families that follow a plan are on its page, those enrolled last.
MOST_FOLLOWERS = 50


async def show(visit: Visit) -> Response:
    """Every version of every plan, by plan."""
    found = await visit.run(plan_versions.versions, visit.desk.rt)
    by_name: dict[str, list[plan_versions.Version]] = {}
    for version in found:
        by_name.setdefault(version.reference.partition("@")[0], []).append(version)
    return visit.page("plans.html", plans=by_name)


async def show_one(visit: Visit) -> Response:
    return await _version(visit)


@dataclass(frozen=True)
class _Edited:
    """The plan on the form: a version that is changed, or a new one, which may begin as a copy of `source`."""

    name: str
    source: str = ""
    is_new: bool = False
    silences: int = SILENCES
    """The form asks for steps alone."""


async def begin(visit: Visit) -> Response:
    """A new plan: from the promise alone, or from another plan."""
    source = visit.request.query_params.get("from", "")[:80]
    if not source:
        return await _form(visit, _Edited("", is_new=True), [dict(plan_form.FIRST)], opened=0)
    plan = await _plan(visit, source)
    return await _form(visit, _Edited("", source, is_new=True), plan_form.fields_of(plan))


async def send_new(visit: Visit) -> Response:
    form = await visit.form()
    source, name = form.get("source", "")[:80], form.get("plan", "").strip().lower()
    silences = (await _plan(visit, source)).silences if source else SILENCES
    return await _send(visit, _Edited(name, source, is_new=True, silences=silences), form)


async def edit(visit: Visit) -> Response:
    reference = _reference(visit)
    plan = await _plan(visit, reference)
    return await _form(visit, _Edited(plan.name, await _full(visit)), plan_form.fields_of(plan))


async def send(visit: Visit) -> Response:
    plan = await _plan(visit, _reference(visit))
    edited = _Edited(plan.name, await _full(visit), silences=plan.silences)
    return await _send(visit, edited, await visit.form())


async def _send(visit: Visit, edited: _Edited, form: Mapping[str, str]) -> Response:
    """Look at it, add or take out a step, or keep it as a draft; what was typed stays until it is kept."""
    steps, wish = plan_form.fields_from(form), form.get("do", "look")
    if wish == "add":
        return await _form(visit, edited, [*steps, dict(plan_form.NEW)], opened=len(steps))
    verb, _hyphen, place = wish.partition("-")
    if verb in ("remove", "up") and place.isdecimal() and int(place) < len(steps):
        return await _form(visit, edited, _moved(steps, verb, int(place)))
    if edited.is_new and await visit.run(plan_versions.is_known, visit.desk.rt, edited.name):
        taken: Problems = {(None, "plan"): _("there is a plan of this name; choose another, or change that one")}
        return await _form(visit, edited, steps, 422, problems=taken)
    text = plan_as_text(edited.name, [plan_form.entry_of(step) for step in steps], edited.silences)
    try:
        if wish != "keep":
            await visit.run(plan_versions.look_at, visit.desk.rt, edited.name, text)
            return await _form(visit, edited, steps, is_looked_at=True)
        login = visit.me.account.login
        reference, _is_new = await visit.run(plan_versions.draft_text, visit.desk.rt, edited.name, text, login)
    except ProgramError as error:
        at, field = plan_form.where(error, steps)
        problem: Problems = {(at, "plan" if error.place == "name" else field): told(error.mend)}
        return await _form(visit, edited, steps, 422, problems=problem, opened=at)
    return visit.go(f"/plans/{reference}")


async def approve(visit: Visit) -> Response:
    reference = _reference(visit)
    try:
        await visit.run(plan_versions.approve, visit.desk.rt, reference, visit.me.account.login)
    except NoSuchPlan:
        raise NotFound(reference) from None
    except (NotAllowed, AlreadyApproved, ProgramError) as refused:
        return await _version(visit, 409, problem=told(refused))
    return visit.go(f"/plans/{reference}")


async def retire(visit: Visit) -> Response:
    reference = _reference(visit)
    try:
        await visit.run(plan_versions.retire, visit.desk.rt, reference, visit.me.account.login)
    except NoSuchPlan:
        raise NotFound(reference) from None
    except AlreadyApproved as refused:
        return await _version(visit, 409, problem=told(refused))
    return visit.go(f"/plans/{reference}")


async def before_move(visit: Visit) -> Response:
    """What a move to this version would change for a family; without one, which family is asked."""
    family = visit.request.query_params.get("family", "")
    if not family:
        return visit.page("plan_move.html", reference=_reference(visit), family="", change=None, problem="")
    return await _move(visit, family, really=False)


async def move(visit: Visit) -> Response:
    return await _move(visit, (await visit.form()).get("family", ""), really=True)


async def rehearse(visit: Visit) -> Response:
    """A plan as a calendar and a list, for a family or for somebody made up."""
    asked = visit.request.query_params
    wanted = Wanted(
        **{name: asked.get(name, "")[:80] for name in Wanted.__dataclass_fields__ if asked.get(name)}
        | {"plan": asked.get("plan", "standard")[:80]}
    )
    found: Sequence[Rehearsal] = []
    problem = ""
    if wanted.family or wanted.incident_at:
        try:
            if wanted.family:
                await visit.run(family_page.must_be_theirs, visit.desk.rt, wanted.family, visit.me.account.id)
            found = await visit.run(plan_pages.rehearse, visit.desk.rt, wanted, reading_grade)
        except (NoSuchPlan, NoSuchScene, NotFound) as refused:
            problem = told(refused)
    versions = await visit.run(plan_versions.versions, visit.desk.rt)
    zones = [zone for zone in ZONES if zone in available_timezones()]
    now = visit.desk.rt.clock.now().astimezone(ZoneInfo(wanted.zone if wanted.zone in zones else zones[1]))
    return visit.page(
        "rehearsal.html",
        422 if problem else 200,
        wanted=wanted,
        found=[(each, months([text.at_local.date() for text in each.texts])) for each in found],
        problem=problem,
        plans=[version.reference for version in versions],
        zones=zones,
        now=f"{now:%Y-%m-%dT%H:%M}",
    )


async def _move(visit: Visit, family: str, *, really: bool) -> Response:
    reference, problem, change = _reference(visit), "", None
    try:
        await visit.run(family_page.must_be_theirs, visit.desk.rt, family, visit.me.account.id)
        change = await visit.run(
            family_plans.follow, visit.desk.rt, family, reference, visit.me.account.login, really=really
        )
    except (NotAllowed, NoSuchPlan, NotFound) as refused:
        problem = told(refused)
    if really and change is not None:
        return visit.go(f"/plans/{reference}#followers")
    return visit.page(
        "plan_move.html", 422 if problem else 200, reference=reference, family=family, change=change, problem=problem
    )


async def _version(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    version = await _found(visit)
    rt = visit.desk.rt
    plan = read_plan(version.reference, version.definition)
    others = [
        each.reference
        for each in await visit.run(plan_versions.versions, rt, plan.name)
        if each.reference != version.reference
    ]
    counting = (await visit.run(plan_versions.version, rt, plan.name)).reference
    against = visit.request.query_params.get("with", "")
    if against not in others:
        against = counting if counting in others else (others[0] if others else "")
    return visit.page(
        "plan.html",
        status,
        version=version,
        plan=plan,
        sayings=await visit.run(plan_pages.sayings, rt, [step.wording for step in plan.steps], reading_grade),
        others=others,
        against=against,
        changes=await visit.run(plan_versions.compare, rt, against, version.reference) if against else [],
        followers=await visit.run(plan_versions.followers, rt, version.reference, visit.me.account.id, MOST_FOLLOWERS),
        followers_in_all=await visit.run(plan_versions.count_followers, rt, version.reference, visit.me.account.id),
        problem=problem,
        zone=await visit.run(rotas.programme_zone, rt),
        is_author=version.drafted_by == visit.me.account.login,
    )


async def _form(
    visit: Visit,
    edited: _Edited,
    steps: Sequence[Fields],
    status: int = 200,
    *,
    problems: Problems | None = None,
    opened: int | None = None,
    is_looked_at: bool = False,
) -> Response:
    keys = sorted(plan_flow.wordings_of(visit.desk.rt.wording))
    return visit.page(
        "plan_edit.html",
        status,
        edited=edited,
        steps=steps,
        problems=problems or {},
        opened=opened,
        is_looked_at=is_looked_at,
        pairs=[(key, key) for key in keys],
        sayings=await visit.run(plan_pages.sayings, visit.desk.rt, keys, reading_grade),
        week=WEEK,
        said=SAID,
        units=plan_form.UNITS,
        dialogues=_DIALOGUES,
        policies=list(LatePolicy),
        modes=list(SafetyMode),
    )


def _moved(steps: Sequence[Fields], verb: str, place: int) -> list[Fields]:
    found = list(steps)
    if verb == "remove":
        del found[place]
    elif place:
        found[place - 1], found[place] = found[place], found[place - 1]
    return found


async def _plan(visit: Visit, reference: str) -> Plan:
    try:
        version = await visit.run(plan_versions.version, visit.desk.rt, reference)
    except NoSuchPlan:
        raise NotFound(reference) from None
    return read_plan(version.reference, version.definition)


async def _full(visit: Visit) -> str:
    return (await _found(visit)).reference


async def _found(visit: Visit) -> plan_versions.Version:
    try:
        return await visit.run(plan_versions.version, visit.desk.rt, _reference(visit))
    except NoSuchPlan:
        raise NotFound(_reference(visit)) from None


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])
