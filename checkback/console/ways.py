"""The one table of the console: each method and path, who may come this way, and the page it leads to.

What is not here is not there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from starlette.responses import Response

from checkback.care.terms import Role
from checkback.console import (
    account,
    assets,
    audit,
    board,
    calendar,
    changing,
    colleagues,
    directory,
    directory_file,
    enrol,
    enrol_file,
    escalation,
    families,
    family,
    incidents,
    load,
    merging,
    officer,
    openapi,
    plans,
    policies,
    programme,
    reports,
    rotas,
    screen,
    screening_form,
    sign_in,
    task,
    texts,
    tomorrow,
)
from checkback.console.desk import Visit

Page = Callable[[Visit], Awaitable[Response]]


class Open(Enum):
    """Ways that ask for no session."""

    TO_ALL = "to-all"
    TO_MACHINES = "to-machines"
    """Behind the API's own token."""


@dataclass(frozen=True)
class Way:
    """One way in."""

    method: str
    path: str
    roles: frozenset[Role] | Open
    page: Page
    while_owing: bool = False
    """Open also to who has still to choose a password or set up a second factor."""
    body: int | None = None
    """How many bytes may come this way, where a file does."""


#: Who may see what families wrote.
CARE = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN})
#: Who decides what families are sent: plans, wording, settings.
PLANNERS = frozenset({Role.COORDINATOR, Role.ADMIN})
#: Who decides who gets in.
ADMINS = frozenset({Role.ADMIN})
OFFICER = frozenset({Role.OFFICER})
STAFF = CARE | OFFICER
#: Where the sign-in provider sends people back to; it has to be registered there.
PROVIDER_RETURNS = "/sign-in/provider/return"

WAYS: Sequence[Way] = (
    Way("GET", "/sign-in", Open.TO_ALL, sign_in.show),
    Way("POST", "/sign-in", Open.TO_ALL, sign_in.sign_in),
    Way("GET", "/sign-in/code", Open.TO_ALL, sign_in.show_code),
    Way("POST", "/sign-in/code", Open.TO_ALL, sign_in.take_code),
    Way("GET", "/sign-in/provider", Open.TO_ALL, sign_in.depart),
    Way("GET", PROVIDER_RETURNS, Open.TO_ALL, sign_in.arrive),
    Way("POST", "/sign-out", STAFF, sign_in.sign_out, while_owing=True),
    Way("GET", "/account", STAFF, account.show),
    Way("POST", "/account/language", STAFF, account.choose_language),
    Way("GET", "/account/password", STAFF, account.show_password, while_owing=True),
    Way("POST", "/account/password", STAFF, account.change_password, while_owing=True),
    Way("GET", "/account/second-factor", STAFF, account.show_second_factor, while_owing=True),
    Way("POST", "/account/second-factor", STAFF, account.take_second_factor, while_owing=True),
    Way("POST", "/account/recovery-codes", STAFF, account.renew_codes),
    Way("POST", "/account/sessions/{session:uuid}/end", STAFF, account.end_session),
    Way("POST", "/account/sessions/end", STAFF, account.end_all_sessions),
    Way("GET", "/staff", ADMINS, colleagues.show),
    Way("POST", "/staff", ADMINS, colleagues.add),
    Way("GET", "/staff/new", ADMINS, colleagues.show_new),
    Way("GET", "/staff/{login}", ADMINS, colleagues.show_one),
    Way("POST", "/staff/{login}", ADMINS, colleagues.change),
    Way("POST", "/staff/{login}/password", ADMINS, colleagues.reset_password),
    Way("POST", "/staff/{login}/second-factor", ADMINS, colleagues.reset_second_factor),
    Way("POST", "/staff/{login}/leave", ADMINS, colleagues.let_go),
    Way("GET", "/", CARE, board.show),
    Way("GET", "/escalations/{number:int}", CARE, escalation.show),
    Way("GET", "/escalations/{number:int}/said", CARE, escalation.said),
    Way("POST", "/escalations/{number:int}/take", CARE, escalation.take),
    Way("POST", "/escalations/{number:int}/pass", CARE, escalation.pass_on),
    Way("POST", "/escalations/{number:int}/end", CARE, escalation.end),
    Way("POST", "/escalations/{number:int}/number", CARE, escalation.reveal),
    Way("GET", "/families", CARE, families.show),
    Way("POST", "/families", CARE, families.find),
    Way("GET", "/families/{reference}", CARE, family.show),
    Way("POST", "/families/{reference}/count", CARE, family.count),
    Way("POST", "/families/{reference}/texts", CARE, family.write),
    Way("GET", "/families/{reference}/texts", CARE, texts.show_older),
    Way("GET", "/families/{reference}/texts/{text:uuid}", CARE, texts.show),
    Way("POST", "/families/{reference}/texts/{text:uuid}", CARE, texts.judge),
    Way("GET", "/families/{reference}/change", CARE, changing.show),
    Way("POST", "/families/{reference}/pause", CARE, changing.pause),
    Way("POST", "/families/{reference}/resume", CARE, changing.resume),
    Way("POST", "/families/{reference}/transfer", CARE, changing.transfer),
    Way("POST", "/families/{reference}/cover", CARE, changing.cover),
    Way("POST", "/families/{reference}/cover/end", CARE, changing.end_cover),
    Way("POST", "/families/{reference}/close", CARE, changing.close),
    Way("POST", "/families/{reference}/reopen", CARE, changing.reopen),
    Way("GET", "/families/{reference}/questionnaire", CARE, screening_form.show),
    Way("POST", "/families/{reference}/questionnaire", CARE, screening_form.send),
    Way("GET", "/families/{reference}/merge", PLANNERS, merging.look),
    Way("POST", "/families/{reference}/merge", PLANNERS, merging.send),
    Way("POST", "/families/{reference}/notes", CARE, family.note),
    Way("POST", "/families/{reference}/tasks/{task:uuid}", CARE, family.finish_task),
    Way("POST", "/families/{reference}/contacts/{contact:uuid}/number", CARE, family.reveal),
    Way("POST", "/families/{reference}/contacts/{contact:uuid}/give-back", CARE, family.give_back),
    Way("GET", "/load", CARE, load.show),
    Way("GET", "/tasks/{task:uuid}", CARE, task.show),
    Way("POST", "/tasks/{task:uuid}", CARE, task.finish),
    Way("GET", "/enrol", CARE, enrol.show),
    Way("POST", "/enrol", CARE, enrol.send),
    Way("GET", "/enrol/file", CARE, enrol_file.show),
    Way("POST", "/enrol/file", CARE, enrol_file.send, body=enrol_file.MOST_BYTES),
    Way("POST", "/enrol/file/{batch}/undo", CARE, enrol_file.undo),
    Way("GET", "/tomorrow", CARE, tomorrow.show),
    Way("GET", "/tomorrow/hold", CARE, tomorrow.before_hold),
    Way("POST", "/tomorrow/hold", CARE, tomorrow.hold),
    Way("GET", "/holds/{number:int}", CARE, tomorrow.before_release),
    Way("POST", "/holds/{number:int}/end", CARE, tomorrow.release),
    Way("GET", "/plans", CARE, plans.show),
    Way("GET", "/plans/new", PLANNERS, plans.begin),
    Way("POST", "/plans/new", PLANNERS, plans.send_new),
    Way("GET", "/plans/{reference}", CARE, plans.show_one),
    Way("GET", "/plans/{reference}/edit", PLANNERS, plans.edit),
    Way("POST", "/plans/{reference}/edit", PLANNERS, plans.send),
    Way("POST", "/plans/{reference}/approve", PLANNERS, plans.approve),
    Way("POST", "/plans/{reference}/retire", PLANNERS, plans.retire),
    Way("GET", "/plans/{reference}/move", PLANNERS, plans.before_move),
    Way("POST", "/plans/{reference}/move", PLANNERS, plans.move),
    Way("GET", "/rehearsal", CARE, plans.rehearse),
    Way("GET", "/programme", CARE, programme.show),
    Way("POST", "/programme", PLANNERS, programme.change),
    Way("GET", "/wording", CARE, programme.show_sentences),
    Way("POST", "/wording", PLANNERS, programme.draft),
    Way("POST", "/wording/measure", CARE, programme.measure),
    Way("POST", "/wording/{version:uuid}/approve", PLANNERS, programme.approve),
    Way("POST", "/wording/{version:uuid}/withdraw", PLANNERS, programme.withdraw),
    Way("GET", "/policies", CARE, policies.show),
    Way("GET", "/policies/{level}/edit", PLANNERS, policies.edit),
    Way("POST", "/policies/{level}/edit", PLANNERS, policies.send),
    # The clinical lead may be a clinician; the flow knows who decides.
    Way("POST", "/policies/{level}/{version:int}/approve", CARE, policies.approve),
    Way("GET", "/rotas", CARE, rotas.show),
    Way("POST", "/rotas", PLANNERS, rotas.make),
    Way("POST", "/rotas/test", CARE, rotas.test_page),
    Way("GET", "/rotas/{rota:uuid}", CARE, rotas.show_one),
    Way("POST", "/rotas/{rota:uuid}/turns", PLANNERS, rotas.set_turns),
    Way("POST", "/rotas/{rota:uuid}/shifts", PLANNERS, rotas.override),
    Way("POST", "/rotas/{rota:uuid}/shifts/{shift:uuid}/end", PLANNERS, rotas.take_out),
    Way("POST", "/rotas/{rota:uuid}/swap", PLANNERS, rotas.swap),
    Way("POST", "/rotas/{rota:uuid}/feed", PLANNERS, rotas.new_feed),
    Way("GET", "/reports", PLANNERS, reports.show),
    Way("POST", "/reports/download", PLANNERS, reports.download),
    Way("GET", "/resources", CARE, directory.show),
    Way("GET", "/resources/import", PLANNERS, directory_file.show),
    Way("POST", "/resources/import", PLANNERS, directory_file.send, body=directory_file.MOST_BYTES),
    Way("GET", "/resources/{resource:uuid}", CARE, directory.show_one),
    Way("POST", "/resources/{resource:uuid}/assure", CARE, directory.assure),
    Way("GET", "/screen", CARE, screen.show),
    Way("GET", "/screen/{week}", CARE, screen.read),
    Way("POST", "/screen/{week}/texts/{text:uuid}", CARE, screen.judge),
    Way("GET", "/audit", ADMINS, audit.show),
    Way("POST", "/audit/verify", ADMINS, audit.verify),
    Way("GET", "/officer", OFFICER, officer.show),
    Way("POST", "/api/incidents", Open.TO_MACHINES, incidents.enrol),
    Way("GET", "/api/openapi.json", Open.TO_ALL, openapi.show),
    Way("GET", "/rotas/{rota:uuid}/{token}.ics", Open.TO_ALL, calendar.show),
    Way("GET", "/static/{name}", Open.TO_ALL, assets.show),
    # Whatever else is asked for gets a page that shows the way out.
    Way("GET", "/{path:path}", Open.TO_ALL, assets.nothing_here),
    Way("POST", "/{path:path}", Open.TO_ALL, assets.nothing_here),
)
