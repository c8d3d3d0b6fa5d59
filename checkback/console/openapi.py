"""The OpenAPI document of the API, and the schema its code judges by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from checkback.care.flows.enrolment import LONGEST_PROMISE_HOURS
from checkback.console.desk import Visit

Schema = Mapping[str, Any]

_PLAIN = r"^[^\x00-\x1f\x7f]*$"


def _text(description: str, most: int, mend: str, **more: Any) -> Schema:
    return {
        "type": "string",
        "description": description,
        "minLength": 1,
        "maxLength": most,
        "pattern": _PLAIN,
        "x-mend": mend,
        **more,
    }


def _word(description: str) -> Schema:
    return {
        "type": ["string", "null"],
        "description": description,
        "maxLength": 40,
        "pattern": _PLAIN,
        "x-mend": "give a word of 3 to 40 letters",
        "default": None,
    }


CONTACT: Schema = {
    "type": "object",
    "description": "A person of the family whom we may text.",
    "additionalProperties": False,
    "required": ["name", "phone"],
    "properties": {
        "name": _text("Their name.", 120, "give a name of at most 120 characters", examples=["Ana Morales"]),
        "phone": _text(
            "A US number.", 40, "give ten digits, as in (314) 555-0101", examples=["(314) 555-0101", "+13145550101"]
        ),
        "language": _text("The language to text in.", 2, "en or es", enum=["en", "es"], default="en"),
        "role": _text(
            "Who they are in the family.",
            40,
            "say it in at most 40 characters",
            default="caregiver",
            examples=["mother"],
        ),
        "safe_to_text": {
            "type": ["boolean", "null"],
            "description": "False: this phone is never texted. Left out or null: not known yet.",
            "default": None,
        },
        "safe_word": _word("A word agreed on with them, by which they show that it is they who write. Kept sealed."),
        "duress_word": _word(
            "A word agreed on with them, by which they say unseen that they are not free to speak. Kept sealed."
        ),
    },
}

INCIDENT: Schema = {
    "type": "object",
    "description": "An incident, and the family to come back to.",
    "additionalProperties": False,
    "required": ["reference", "occurred_at", "kind", "zip", "team", "clinician", "contacts"],
    "properties": {
        "reference": _text(
            "The incident's own reference. The same one again enrols nobody twice; with other fields it is refused.",
            80,
            "give the incident's own reference, at most 80 characters",
            examples=["24-0117"],
        ),
        "occurred_at": _text(
            "When it happened, with its zone.",
            40,
            "write a time with its zone, as in 2026-03-01T21:15:00-06:00",
            format="date-time",
            examples=["2026-03-01T21:15:00-06:00"],
        ),
        "kind": _text("What happened.", 80, "say what happened in at most 80 characters", examples=["burglary"]),
        "zip": _text("Where, as a ZIP code.", 10, "a ZIP code has five digits", examples=["63106"]),
        "team": _text("The care team's name.", 80, "name the care team", examples=["North Team"]),
        "clinician": _text("The clinician's login.", 40, "name the clinician by their login", examples=["lee"]),
        "officer": {
            "type": ["string", "null"],
            "description": "The officer's login.",
            "minLength": 1,
            "maxLength": 40,
            "pattern": _PLAIN,
            "x-mend": "name the officer by their login, or leave it out",
            "examples": ["okafor"],
        },
        "promise_hours": {
            "type": ["number", "null"],
            "description": "Hours from the incident until the check-in that was promised; 48 when left out.",
            "minimum": 1,
            "maximum": LONGEST_PROMISE_HOURS,
            "x-mend": f"lies between 1 and {LONGEST_PROMISE_HOURS}",
        },
        "plan": {
            "type": ["string", "null"],
            "description": "The plan they are texted by; the standard one when left out.",
            "minLength": 1,
            "maxLength": 40,
            "pattern": _PLAIN,
            "x-mend": "name an approved plan, or leave it out",
            "examples": ["short"],
        },
        "contacts": {
            "type": "array",
            "description": "Whom we may text.",
            "minItems": 1,
            "maxItems": 20,
            "items": CONTACT,
            "x-mend": "name one to twenty people",
        },
        "children": {
            "type": "array",
            "description": "The children of the family: their ages and no more.",
            "maxItems": 30,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["age"],
                "properties": {
                    "age": {
                        "type": "integer",
                        "description": "In years.",
                        "minimum": 0,
                        "maximum": 21,
                        "x-mend": "ages run from 0 to 21",
                    }
                },
            },
            "x-mend": "list at most thirty children",
        },
    },
}

_ENROLLED: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["family", "status"],
    "properties": {
        "family": {"type": "string", "examples": ["F-12"]},
        "status": {"type": "string", "enum": ["enrolled", "already"]},
    },
}

_PROBLEMS: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["problems"],
    "properties": {
        "problems": {
            "type": "object",
            "description": "Each field that is wrong, and its mend.",
            "additionalProperties": {"type": "string"},
            "examples": [{"contacts[0].phone": "give ten digits, as in (314) 555-0101"}],
        }
    },
}


def _answer(description: str, schema: str) -> Schema:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "Checkback",
        "version": "1.0",
        "description": "Enrols the family of an incident, so that the promise to come back is kept.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "paths": {
        "/api/incidents": {
            "post": {
                "operationId": "enrol",
                "summary": "Enrol the family of an incident",
                "security": [{"token": []}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Incident"}}},
                },
                "responses": {
                    "201": _answer("Enrolled.", "Enrolled"),
                    "200": _answer(
                        "This incident was enrolled before, with the same; nothing was changed.", "Enrolled"
                    ),
                    "400": _answer("Not JSON.", "Problems"),
                    "401": _answer("No token, or a wrong one.", "Problems"),
                    "409": _answer(
                        "This incident was enrolled before, with something else in these fields; nothing was changed.",
                        "Problems",
                    ),
                    "413": {"description": "Larger than 64 KiB."},
                    "415": _answer("Not application/json.", "Problems"),
                    "422": _answer("Nothing was kept; each wrong field and its mend.", "Problems"),
                    "503": _answer("Our records cannot be reached; send it again.", "Problems"),
                },
            }
        }
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Incident": INCIDENT, "Enrolled": _ENROLLED, "Problems": _PROBLEMS},
    },
}


async def show(visit: Visit) -> Response:
    return JSONResponse(DOCUMENT)
