"""What there is: one typed model, a class a table, each guarding only its own state."""

from checkback.care.model.base import Base, Entity
from checkback.care.model.distress import (
    DistressSignal,
    Escalation,
    EscalationNotice,
    EscalationPolicy,
    EscalationPolicyStep,
    EscalationStep,
    ScreeningReview,
)
from checkback.care.model.holds import Hold
from checkback.care.model.keeping import LegalHold, Purge
from checkback.care.model.messages import Conversation, DialogueTurn, InboundMessage, OutboundMessage, SenderBucket
from checkback.care.model.people import (
    Absence,
    Assignment,
    CareTeam,
    Consent,
    Contact,
    ContactPhone,
    Family,
    ImportBatch,
    Incident,
    NameToken,
    OptOut,
    Phone,
    Programme,
    SafetyPreference,
    StaffMember,
    TeamBackup,
)
from checkback.care.model.plans import CheckIn, CheckInPlan
from checkback.care.model.records import AuditEvent, Canary, Counter, GoneText, Heartbeat, Restoration
from checkback.care.model.resources import DirectoryImport, NeedNamed, Resource, ResourceOffer, ResourceReach
from checkback.care.model.rotas import Rota, RotaShift, RotaTurn
from checkback.care.model.sign_in import RecoveryCode, StaffSession
from checkback.care.model.telling import StaffWay, Summons
from checkback.care.model.wording import WordingVersion
from checkback.care.model.work import Answer, Instrument, Note, Screening, Task, TaskMove

__all__ = [
    "Absence",
    "Answer",
    "Assignment",
    "AuditEvent",
    "Base",
    "Canary",
    "CareTeam",
    "CheckIn",
    "CheckInPlan",
    "Consent",
    "Contact",
    "ContactPhone",
    "Conversation",
    "Counter",
    "DialogueTurn",
    "DirectoryImport",
    "DistressSignal",
    "Entity",
    "Escalation",
    "EscalationNotice",
    "EscalationPolicy",
    "EscalationPolicyStep",
    "EscalationStep",
    "Family",
    "GoneText",
    "Heartbeat",
    "Hold",
    "ImportBatch",
    "InboundMessage",
    "Incident",
    "Instrument",
    "LegalHold",
    "NameToken",
    "NeedNamed",
    "Note",
    "OptOut",
    "OutboundMessage",
    "Phone",
    "Programme",
    "Purge",
    "RecoveryCode",
    "Resource",
    "ResourceOffer",
    "ResourceReach",
    "Restoration",
    "Rota",
    "RotaShift",
    "RotaTurn",
    "SafetyPreference",
    "Screening",
    "ScreeningReview",
    "SenderBucket",
    "StaffMember",
    "StaffSession",
    "StaffWay",
    "Summons",
    "Task",
    "TaskMove",
    "TeamBackup",
    "WordingVersion",
]
