"""Reads a short text in English, Spanish or both and says what danger its plain words speak of.

A library of its own: it knows nothing of families, texts or alerts. It finds statements and brings them to a person's
eyes; it diagnoses nothing and predicts nothing, and nobody has validated it clinically.
"""

from __future__ import annotations

from checkback.distress.findings import Danger, Evidence, Finding, Level, Urgency
from checkback.distress.loading import load
from checkback.distress.screen import DistressScreen

__all__ = ["Danger", "DistressScreen", "Evidence", "Finding", "Level", "Urgency", "load"]
