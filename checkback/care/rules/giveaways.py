"""Words that would tell whoever else holds the phone what a family went through, or what they need."""

from __future__ import annotations

import re

_GIVES_AWAY = re.compile(
    r"police|officer|\bcops?\b|sheriff|incident|shoot|\bshot|\bguns?\b|crim|victim|survivor|abus|violen|trauma|crisis|"
    r"suicid|\bkill|\bdie|\bdead|death|murder|homicid|attack|assault|\brape|sexual|domestic|partner|husband|boyfriend|"
    r"weapon|shelter|\bhiv\b|\baids\b|\bstd|addict|alcohol|\bdrug|substance|detox|rehab|recover|overdos|prison|inmate|"
    r"parole|probation|mental|psychiatr|pregnan|abortion|polic[ií]a|v[ií]ctima|maltrat|albergue|adicci",
    re.IGNORECASE,
)


_SAYS_WHAT_HAPPENED = re.compile(
    r"police|victim|survivor|crime|violen|abus|assault|\brape|sexual|homicid|murder|suicid|domestic|trauma|\bguns?\b|"
    r"shelter|crisis|v[ií]ctima|violaci[oó]n|maltrat|albergue",
    re.IGNORECASE,
)


def says_what_happened(name: str) -> bool:
    """Whether the name of a place alone tells what brought a family there."""
    return bool(_SAYS_WHAT_HAPPENED.search(name))


def gives_away(text: str) -> bool:
    """Whether a text that is not ours says something a stranger must not read."""
    return bool(_GIVES_AWAY.search(text))
