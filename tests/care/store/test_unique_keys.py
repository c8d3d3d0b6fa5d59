"""What may be there once only is so by the database itself, on both kinds; a unique key that is gone is noticed here.

Code looks before it writes; two processes look at the same moment. What then keeps a family from a second text is the
key alone, so each stands here with what it keeps from happening twice.
"""

from __future__ import annotations

from sqlalchemy import UniqueConstraint, inspect

from checkback.care.model import Base

ONCE = {
    ("audit_event", "chain_position"): "a line of the audit takes the place of another",
    ("canary", "code"): "a test text that is taken for another",
    ("canary", "hour"): "two schedulers that each send one an hour",
    ("care_team", "name"): "two teams that nobody can tell apart",
    ("check_in", "contact_id", "incident_id", "step"): "the same step is promised to somebody twice",
    ("check_in_plan", "programme_id", "name", "version"): "two plans of one version",
    ("contact_phone", "contact_id", "phone_id"): "a text that goes to one phone twice",
    ("conversation", "phone_id", "contact_id"): "two threads with one person, each with half of what was said",
    ("dialogue_turn", "check_in_id"): "a check-in is begun twice",
    ("dialogue_turn", "conversation_id", "state = 'open'"): "two answers to what was one turn",
    ("distress_signal", "inbound_id"): "one text that is two alarms",
    ("escalation", "number"): "ACK 12 means two families",
    ("escalation_policy", "programme_id", "level", "urgency", "version"): "two policies of one version",
    ("escalation_policy_step", "policy_id", "position"): "two steps at one place: somebody is not told",
    ("escalation_step", "escalation_id", "position"): "the same round is told twice",
    ("family", "reference"): "F-12 means two families",
    ("gone_text", "carrier_sid"): "one text that stands for two that were not sent",
    ("hold", "key", "ended_at IS NULL"): "a hold that still stands after it was ended",
    ("hold", "number"): "H-12 means two holds",
    ("inbound_message", "carrier_sid"): "a text that the carrier brings again is answered again",
    ("incident", "reference"): "an incident that is sent again enrols the family again",
    ("instrument", "name", "digest"): "one questionnaire that is kept as two",
    ("legal_hold", "family_id", "ended_at IS NULL"): "a legal hold that still stands after it was released",
    ("name_token", "contact_id", "token"): "a name that is found twice",
    ("outbound_message", "check_in_id"): "a check-in is texted twice",
    ("outbound_message", "dedupe_key"): "an answer is texted twice",
    ("outbound_message", "notice_id"): "an alert is texted twice",
    ("phone", "number_index"): "one number that is two phones: a STOP reaches one of them",
    ("programme", "name"): "settings that bind half of the families",
    ("purge", "family_id", "kind"): "a purge that is reported twice",
    ("resource", "directory", "source_id"): "a service that is offered twice, in an old and a new state",
    ("rota_turn", "rota_id", "position"): "two people whose turn it is, and neither thinks so",
    ("safety_preference", "contact_id"): "one answer to whether this phone is safe, and another",
    ("screening_review", "inbound_id"): "one text that counts twice in how well the screen hears",
    ("staff_member", "identity"): "two accounts behind one sign-in",
    ("staff_member", "login"): "two people in the audit under one name",
    ("staff_session", "token_hash"): "somebody signed in as somebody else",
    ("staff_way", "staff_id", "way"): "an alert to a number that was replaced",
    ("summons", "dedupe_key"): "a call that is made twice",
    ("summons", "notice_id"): "an alert that is called twice",
    ("task", "dedupe_key"): "a task that two people do",
    ("team_backup", "team_id"): "a team with two stand-ins, each waiting for the other",
    ("wording_version", "key", "language", "mode", "version"): "two sentences of one version",
}


def _condition(index: object) -> tuple[str, ...]:
    where = index.dialect_options["sqlite"].get("where")  # type: ignore[attr-defined]
    return () if where is None else (str(where),)


def test_every_unique_key_is_one_of_these_and_none_of_these_is_gone():
    found: set[tuple[str, ...]] = set()
    for table in Base.metadata.sorted_tables:
        constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        found |= {(table.name, *(column.name for column in each.columns)) for each in constraints}
        found |= {
            (table.name, *(column.name for column in each.columns), *_condition(each))
            for each in table.indexes
            if each.unique
        }
    assert found == set(ONCE)


def test_the_database_itself_has_each_of_them(store):
    with store.read() as tx:
        database = inspect(tx.session.connection())
        for (table, *names), why in ONCE.items():
            columns = [name for name in names if " " not in name]
            constraints = [each["column_names"] for each in database.get_unique_constraints(table)]
            indexes = [each["column_names"] for each in database.get_indexes(table) if each["unique"]]
            assert columns in [*constraints, *indexes], f"{table} {columns}: {why}"
