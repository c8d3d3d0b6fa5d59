"""What the programme's own files say beside the sentences, read from `program/`."""

from checkback.care.program.entry import Entry, ProgramError, contents, read
from checkback.care.program.instruments import checksum, load_instrument, load_instruments, read_instrument
from checkback.care.program.needs import NeedsTable
from checkback.care.program.opt_outs import OptOutWords
from checkback.care.program.plans import load_plan, plan_as_text, read_plan
from checkback.care.program.private_words import load_private_words
from checkback.care.program.seeds import (
    NEEDS,
    PolicySeed,
    PolicyStepSeed,
    ProgrammeSeed,
    ResourceSeed,
    RotaSeed,
    ScheduleSeed,
    StaffSeed,
    TurnSeed,
    load_policies,
    load_programme,
    load_resources,
    read_policy,
)

__all__ = [
    "NEEDS",
    "Entry",
    "NeedsTable",
    "OptOutWords",
    "PolicySeed",
    "PolicyStepSeed",
    "ProgramError",
    "ProgrammeSeed",
    "ResourceSeed",
    "RotaSeed",
    "ScheduleSeed",
    "StaffSeed",
    "TurnSeed",
    "checksum",
    "contents",
    "load_instrument",
    "load_instruments",
    "load_plan",
    "load_policies",
    "load_private_words",
    "load_programme",
    "load_resources",
    "plan_as_text",
    "read",
    "read_instrument",
    "read_plan",
    "read_policy",
]
