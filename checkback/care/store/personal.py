"""What becomes of each column of a family's rows: given to them when they ask, and taken out when its time has come.

A column of these tables that is named nowhere fails the build, and so does a table that is neither here nor among those
that hold nothing of a family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fates:
    """The columns of one table by what becomes of them, divided by blanks.

    Attributes:
        words: given out; taken out with the family's texts.
        record: given out; taken out with the record of who they are.
        kept: given out; kept, since without the others it names nobody. Statistics and the audit rest on it.
        ours: how the house works on it; neither given out nor taken out, and says nothing of anybody.
    """

    words: str = ""
    record: str = ""
    kept: str = ""
    ours: str = ""

    @property
    def given_out(self) -> frozenset[str]:
        return frozenset(f"{self.words} {self.record} {self.kept}".split())

    @property
    def every(self) -> list[str]:
        return f"{self.words} {self.record} {self.kept} {self.ours}".split()


COLUMNS: Mapping[str, Fates] = {
    "family": Fates(
        record="child_ages",
        kept="id programme_id reference team_id enrolled_at closed_at batch_id plan_id area",
    ),
    "phone": Fates(
        record="number",
        kept="id trouble trouble_since doubt doubt_since looked_up_at sure_at",
        ours="number_index index_version look_up_after",
    ),
    "gone_text": Fates(kept="id phone_id carrier_sid went_at used_at", ours="digest"),
    "opt_out": Fates(kept="id phone_id sender source began_at ended_at"),
    "assignment": Fates(kept="id family_id staff_id since until"),
    "contact": Fates(
        record="name role other_zones",
        kept="id family_id language zone zone_source opens closes days paused_until wrong_person_at is_minor "
        "may_be_danger",
    ),
    "incident": Fates(
        record="reference kind zip address as_told",
        kept="id programme_id family_id occurred_at officer_id",
    ),
    "note": Fates(record="text", kept="id family_id author_id written_at"),
    "check_in": Fates(
        kept="id contact_id incident_id step due_at send_before wording plan_id dialogue late_policy state reason "
        "asked_at ended_at held_at",
    ),
    "consent": Fates(
        kept="id contact_id state source wording_version asked_at scope answered_at ends_at guardian_id recorded_by "
        "asked_again_at asked_again_version",
    ),
    "contact_phone": Fates(kept="id contact_id phone_id since until"),
    "conversation": Fates(
        kept="id phone_id contact_id asked with_person_since reassured_at seen_to_at last_text_at",
    ),
    "name_token": Fates(ours="id contact_id token index_version"),
    "safety_preference": Fates(
        record="when known_dangers safe_word duress_word",
        kept="id contact_id mode may_text may_call may_leave_voicemail interpreter said_safe_at asked_at",
    ),
    "dialogue_turn": Fates(
        kept="id conversation_id kind opened_at check_in_id state intent confidence ended_at",
        ours="due_at attempts claim lease_until",
    ),
    "escalation": Fates(
        kept="id number level opened_at programme_id conversation_id family_id contact_id team_id urgency danger "
        "texts_blocked state round risen_at policy_version acknowledged_by acknowledged_at calling_by outcome "
        "resolved_by resolved_at",
        ours="next_at position only_in_hours reminders",
    ),
    "hold": Fates(
        record="reason",
        kept="id number programme_id kind scope key placed_at starts_at ends_at family_id plan check_in_id placed_by "
        "ended_at ended_by",
    ),
    "resource_offer": Fates(
        record="place",
        kept="id contact_id resource_id need offered_at outcome outcome_at check_in_id",
    ),
    "screening": Fates(
        record="answers",
        kept="id contact_id instrument_id language started_at expires_at state score check_in_id asked_by asked_at "
        "ended_at reason",
        ours="asked_again asides",
    ),
    "task": Fates(
        record="detail outcome",
        kept="id kind opened_at due_at owner_id team_id family_id conversation_id state done_at done_by result "
        "put_off_until raised_to_id raised_at",
        ours="dedupe_key told_at raised_told_at aside_until",
    ),
    "answer": Fates(record="answer", kept="id contact_id question answered_at turn_id"),
    "escalation_notice": Fates(
        kept="id escalation_id told_at whom staff_id phone_id state reminder way round step passed_at why",
    ),
    "escalation_step": Fates(kept="id escalation_id position whom delay_seconds role hours"),
    "inbound_message": Fates(
        words="body media as_delivered",
        kept="id carrier_sid sender phone_id received_at state conversation_id media_count level urgency danger "
        "opt_out screen_version turn_id answered_at redacted_at",
    ),
    "task_move": Fates(record="reason", kept="id task_id kind at by_id from_id to_id until"),
    "distress_signal": Fates(
        words="evidence", kept="id inbound_id escalation_id heard_at level screen_version urgency danger"
    ),
    "outbound_message": Fates(
        words="body",
        kept="id kind sender phone_id queued_at due_at conversation_id contact_id family_id check_in_id notice_id "
        "turn_id author_id wording wording_version mode state reason handed_at carrier_sid earlier_sids error_code "
        "ended_at held_at redacted_at",
        ours="lane dedupe_key not_after priority segments free_until attempts claim lease_until valid_until",
    ),
    "need_named": Fates(kept="id family_id named_at is_met", ours="need_index index_version"),
    "purge": Fates(kept="id family_id kind reason began_at asked_by taken_out done_at", ours="aside_until"),
    "legal_hold": Fates(record="reason", kept="id family_id placed_at placed_by ended_at ended_by"),
    "screening_review": Fates(kept="id inbound_id asked_at week reason verdict should_be judged_by judged_at"),
    "summons": Fates(
        words="words",
        kept="id way queued_at notice_id staff_id phone_id state reason carrier_sid ended_at",
        ours="dedupe_key due_at not_after way_id attempts claim lease_until",
    ),
}

#: Sealed values that stay: a need, what came of an offer and a score name nobody once the rest is gone.
STATISTICS = frozenset({"resource_offer.need", "resource_offer.outcome", "screening.score"})

#: Tables without anything of a family: staff, what the programme is made of, and what the house keeps of itself. An
#: audit line names a family's rows by their ids, and stays.
NOTHING_OF_A_FAMILY = frozenset(
    {
        "absence",
        "audit_event",
        "canary",
        "care_team",
        "check_in_plan",
        "counter",
        "directory_import",
        "escalation_policy",
        "escalation_policy_step",
        "heartbeat",
        "import_batch",
        "instrument",
        "programme",
        "recovery_code",
        "restoration",
        "resource",
        "resource_reach",
        "rota",
        "rota_shift",
        "rota_turn",
        "sender_bucket",
        "staff_member",
        "staff_session",
        "staff_way",
        "team_backup",
        "wording_version",
    }
)
