"""Plans: what families are texted, in versions; edited as a draft, compared, approved by somebody else, rehearsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, available_timezones

from starlette.responses import Response

from checkback.adapters.reading_grade import reading_grade
from checkback.care.errors import AlreadyApproved, NoSuchPlan, NoSuchScene, NotAllowed, NotFound
from checkback.care.flows import family_plans, plan_pages, plan_versions
from checkback.care.flows import plans as plan_flow
from checkback.care.flows.plan_pages import Wanted
from checkback.care.flows.plans import Rehearsal
from checkback.care.program import ProgramError, plan_as_text, read_plan
from checkback.care.rules.plans import SAID, WEEK
from checkback.care.terms import Dialogue, LatePolicy, SafetyMode
from checkback.console import plan_form
from checkback.console.desk import Visit
from checkback.console.months import months
from checkback.console.plan_form import Fields

_DIALOGUES = (Dialogue.CHECK_IN, Dialogue.NEED, Dialogue.CONSENT, Dialogue.NONE)
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


async def show(visit: Visit) -> Response:
    """Every version of every plan, by plan."""
    found = await visit.run(plan_versions.versions, visit.desk.rt)
    by_name: dict[str, list[plan_versions.Version]] = {}
    for version in found:
        by_name.setdefault(version.reference.partition("@")[0], []).append(version)
    return visit.page("plans.html", plans=by_name)


async def show_one(visit: Visit) -> Response:
    return await _version(visit)


async def edit(visit: Visit) -> Response:
    version = await _found(visit)
    plan = read_plan(version.reference, version.definition)
    return await _form(visit, version.reference, plan_form.fields_of(plan))


async def send(visit: Visit) -> Response:
    """Look at it, add or take out a step, or keep it as a draft; what was typed stays until it is kept."""
    version = await _found(visit)
    form = await visit.form()
    steps, wish = plan_form.fields_from(form), form.get("do", "look")
    if wish == "add":
        return await _form(visit, version.reference, [*steps, dict(plan_form.NEW)], opened=len(steps))
    verb, _, place = wish.partition("-")
    if verb in ("remove", "up") and place.isdecimal() and int(place) < len(steps):
        return await _form(visit, version.reference, _moved(steps, verb, int(place)))
    name = version.reference.partition("@")[0]
    silences = read_plan(version.reference, version.definition).silences  # the form asks for steps alone
    text = plan_as_text(name, [plan_form.entry_of(step) for step in steps], silences)
    try:
        if wish != "keep":
            read_plan(name, text, plan_flow.wordings_of(visit.desk.rt.wording))
            return await _form(visit, version.reference, steps, is_looked_at=True)
        reference, _new = await visit.run(plan_versions.draft_text, visit.desk.rt, name, text, visit.me.account.login)
    except ProgramError as error:
        at, field = plan_form.where(error, steps)
        problem = {(at, field): error.mend}
        return await _form(visit, version.reference, steps, 422, problems=problem, opened=at)
    return visit.go(f"/plans/{reference}")


async def approve(visit: Visit) -> Response:
    reference = _reference(visit)
    try:
        await visit.run(plan_versions.approve, visit.desk.rt, reference, visit.me.account.login)
    except NoSuchPlan:
        raise NotFound(reference) from None
    except (NotAllowed, AlreadyApproved, ProgramError) as refused:
        return await _version(visit, 409, problem=str(refused))
    return visit.go(f"/plans/{reference}")


async def retire(visit: Visit) -> Response:
    reference = _reference(visit)
    try:
        await visit.run(plan_versions.retire, visit.desk.rt, reference, visit.me.account.login)
    except NoSuchPlan:
        raise NotFound(reference) from None
    except AlreadyApproved as refused:
        return await _version(visit, 409, problem=str(refused))
    return visit.go(f"/plans/{reference}")


async def before_move(visit: Visit) -> Response:
    """What a move to this version would change for a family."""
    return await _move(visit, visit.request.query_params.get("family", ""), really=False)


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
            found = await visit.run(plan_pages.rehearse, visit.desk.rt, wanted, reading_grade)
        except (NoSuchPlan, NoSuchScene, NotFound) as refused:
            problem = str(refused)
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
        change = await visit.run(
            family_plans.move, visit.desk.rt, family, reference, visit.me.account.login, really=really
        )
    except (NotAllowed, NoSuchPlan, NotFound) as refused:
        problem = str(refused)
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
        followers=await visit.run(plan_versions.followers, rt, version.reference),
        problem=problem,
        is_author=version.drafted_by == visit.me.account.login,
    )


async def _form(
    visit: Visit,
    reference: str,
    steps: Sequence[Fields],
    status: int = 200,
    *,
    problems: Mapping[tuple[int | None, str], str] | None = None,
    opened: int | None = None,
    is_looked_at: bool = False,
) -> Response:
    keys = sorted(plan_flow.wordings_of(visit.desk.rt.wording))
    return visit.page(
        "plan_edit.html",
        status,
        reference=reference,
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


async def _found(visit: Visit) -> plan_versions.Version:
    try:
        return await visit.run(plan_versions.version, visit.desk.rt, _reference(visit))
    except NoSuchPlan:
        raise NotFound(_reference(visit)) from None


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])
