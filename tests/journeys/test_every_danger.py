"""Every kind of danger, in both languages and each safety mode: heard, answered as the table says, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import String

from checkback.adapters.distress import PatternScreen
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import DistressSignal, InboundMessage
from checkback.care.terms import Danger, DistressLevel, Language, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, HeldPhone, House

SAID = {
    (Danger.SUICIDE, Language.ENGLISH): "I want to kill myself",
    (Danger.SUICIDE, Language.SPANISH): "ya no quiero vivir, me quiero morir",
    (Danger.SELF_HARM, Language.ENGLISH): "I cut myself again last night",
    (Danger.SELF_HARM, Language.SPANISH): "anoche me volví a cortar los brazos",
    (Danger.HARM_TO_OTHERS, Language.ENGLISH): "I'm going to kill him, I have my gun",
    (Danger.HARM_TO_OTHERS, Language.SPANISH): "lo voy a matar, ya tengo la pistola",
    (Danger.VIOLENCE_NOW, Language.ENGLISH): "someone is breaking into the house right now",
    (Danger.VIOLENCE_NOW, Language.SPANISH): "se están metiendo a la casa ahorita",
    (Danger.PARTNER_VIOLENCE, Language.ENGLISH): "my husband hits me",
    (Danger.PARTNER_VIOLENCE, Language.SPANISH): "mi esposo me pega",
    (Danger.CHILD_ABUSE, Language.ENGLISH): "my stepdad touches me at night",
    (Danger.CHILD_ABUSE, Language.SPANISH): "mi padrastro me toca en la noche",
    (Danger.CHILD_IN_DANGER, Language.ENGLISH): "my daughter is missing, we can't find her",
    (Danger.CHILD_IN_DANGER, Language.SPANISH): "mi hija está desaparecida, no la encontramos",
    (Danger.MEDICAL, Language.ENGLISH): "he's not breathing",
    (Danger.MEDICAL, Language.SPANISH): "no está respirando",
    (Danger.OTHERS_SUICIDE, Language.ENGLISH): "my son says he wants to kill himself",
    (Danger.OTHERS_SUICIDE, Language.SPANISH): "mi hijo dice que se quiere matar",
    (Danger.DISTRESS, Language.ENGLISH): "I can't cope anymore, I have panic attacks every night",
    (Danger.DISTRESS, Language.SPANISH): "ya no puedo más, tengo ataques de pánico todas las noches",
}


@pytest.fixture(scope="session")
def screen() -> PatternScreen:
    return PatternScreen.loaded()


@ON_SQLITE
@pytest.mark.parametrize("mode", SafetyMode)
@pytest.mark.parametrize(("danger", "language"), SAID)
def test_it_is_heard_answered_as_the_table_says_and_told(
    house: House, ana: HeldPhone, dr_lee: HeldPhone, screen: PatternScreen, danger: Danger, language: Language,
    mode: SafetyMode,
) -> None:  # fmt: skip
    house.rt = replace(house.rt, screen=screen)
    house.enrols(contacts=[NewContact("Ana Morales", ANA, language=language)])
    house.works()
    house.marks_phones(mode)
    before = len(ana.got)

    ana.texts(SAID[danger, language])

    escalation = house.escalation
    assert escalation.danger is danger
    assert escalation.level is (DistressLevel.HIGH if danger is Danger.DISTRESS else DistressLevel.ACUTE)
    (signal,) = house.all(DistressSignal)
    assert signal.screen_version
    if danger is not Danger.DISTRESS:
        assert any(escalation.reference in told for told in dr_lee.got)
    answered(house, ana, before, danger, escalation.level, language, mode)


@pytest.mark.parametrize(
    ("language", "said"),
    [(Language.ENGLISH, "he's reading my texts right now"), (Language.SPANISH, "me está leyendo los mensajes")],
)
def test_somebody_reading_along_is_told_and_the_phone_shows_what_it_always_shows(
    house: House, ana: HeldPhone, screen: PatternScreen, language: Language, said: str
) -> None:
    house.rt = replace(house.rt, screen=screen)
    house.enrols(contacts=[NewContact("Ana Morales", ANA, language=language)])
    house.works()
    before = len(ana.got)
    ana.texts(said)
    assert house.escalation.danger is Danger.DURESS
    answered(house, ana, before, Danger.DURESS, house.escalation.level, language, SafetyMode.UNSAFE)


@pytest.mark.parametrize("text", ["I want to die", "hola", "мне страшно", "udara me"])
def test_the_version_of_the_screen_finds_room_beside_the_text(screen: PatternScreen, text: str) -> None:
    version = screen.assess(text).version
    for kept in (InboundMessage, DistressSignal):
        column = kept.__table__.c["screen_version"].type
        assert isinstance(column, String) and column.length is not None
        assert len(version) + len("-by-words") <= column.length


def answered(
    house: House, phone: HeldPhone, before: int, danger: Danger, level: DistressLevel, language: Language,
    mode: SafetyMode,
) -> None:  # fmt: skip
    key = house.rt.answers.answer(danger, level, mode)
    new = phone.got[before:]
    if key is None:
        assert new == []
    else:
        assert new[0] == house.rt.wording.render(key, language, mode, programme="Riverbend Families")
