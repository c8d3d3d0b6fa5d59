"""Ten families, as people write: long, messy, half of them in Spanish or mixed. The real screen, Rasa, a database.

What is asserted is what a social worker would look for: what was answered, what became a person's, that nothing was
said twice or shows on a phone we do not know, and that after a crisis the assistant is silent until it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checkback.care.terms import Language
from tests.furnished import FurnishedFile, house_on
from tests.system.families import Household, with_real_ears
from tests.system.real_house import RealHouse

pytestmark = pytest.mark.slow

SAYS_A_PERSON_READS = {"fallback.heard", "fallback.again", "away.heard"}


@pytest.fixture
def home(rasa: RealHouse, tmp_path: Path) -> Iterator[Household]:
    furnished = FurnishedFile(tmp_path)
    furnished.put_back()
    url, token = rasa.settings.assistant_url, rasa.settings.assistant_token.get_secret_value()
    house = with_real_ears(house_on(furnished.home, tmp_path), url, token)
    yield Household(house)
    house.rt.store.close()


def tasks(home: Household) -> list[str]:
    return home.house.tasks


def test_a_mother_answers_a_day_late_in_two_texts_sends_a_photo_and_gets_diapers(home: Household) -> None:
    home.moves_in(ages=[2, 7])
    assert "consent.thanks" in home.texts("ok")
    assert "check_in.opening" in home.later(hours=49)
    home.later(hours=20)
    assert home.texts("hey sorry just seeing this", "its been a hard week, nobody is sleeping")
    assert "answered" in [str(promise.state) for promise in home.house.promises()]
    home.texts("we are almost out of diapers, size 4 if u have any")
    assert home.needs == ["baby-things"]
    assert "555-0111" in home.read[-1]
    assert home.texts("", photo=True) & {"picture.received", "away.picture"}
    assert "picture" in tasks(home)
    assert "safety.heard" in home.texts("my 7 yr old wets the bed again. is that normal")
    assert "distress" in tasks(home)
    assert "thanks.welcome" in home.texts("thx!!")
    home.later(hours=48)
    assert "next.planned" in home.texts("when will u text again")
    assert not home.has_opted_out
    home.ends_well()


def test_a_mother_in_spanish_tells_of_her_boy_asks_who_reads_and_wants_a_call(home: Household) -> None:
    home.moves_in("Rosa Diaz", "es", ages=[4])
    home.texts("si esta bien")
    home.later(hours=49)
    assert "check_in.mixed" in home.texts("ahi vamos, mas o menos")
    # The screen takes it for marked distress beside what was said before: a person looks the same day.
    assert home.texts("mi niño no quiere dormir solo") <= {"child.ask", "safety.heard"}
    assert {key for key in home.texts("es normal eso?") if key.startswith("learn.")}
    assert "about.privacy" in home.texts("quien lee estos mensajes?")
    assert "callback.promised" in home.texts("me pueden llamar mañana despues de las 5?")
    assert "call-back" in tasks(home)
    assert "thanks.welcome" in home.texts("bendiciones")
    home.later(hours=72)
    assert {"check_in.mixed", "need.ask"} <= home.texts("como un 6")
    assert {"need.none", "next.planned"} <= home.texts("no gracias")
    assert set(home.dangers) <= {"distress"}
    assert all("Riverbend" not in text or "Somos" in text or "somos" in text for text in home.read)
    home.ends_well()


def test_a_man_who_is_angry_stops_comes_back_and_is_still_helped(home: Household) -> None:
    home.moves_in("Marcus Hill")
    assert "about.who" in home.texts("who tf is this")
    assert "consent.thanks" in home.texts("fine. 1")
    home.later(hours=49)
    assert home.texts("i called yall 3 times and nobody called back")
    assert "case.asked" in home.texts("whats going on with my case")
    assert "assistant-failed" not in tasks(home)
    assert home.texts("whatever")
    assert "opt_out.confirmed" in home.texts("stop texting me")
    so_far = len(home.read)
    assert home.texts("hello?") == frozenset()
    home.later(hours=30)
    assert len(home.read) == so_far
    assert "opted-out" in tasks(home)
    assert "opt_in.confirmed" in home.texts("START")
    assert "opted-in" in tasks(home)
    home.texts("is there somewhere to get the door fixed")
    assert home.needs == ["locks-and-repairs"]
    home.ends_well()


def test_a_father_in_grief_is_left_to_a_person_until_she_has_called(home: Household) -> None:
    home.moves_in("Earl Banks")
    home.texts("1")
    home.later(hours=49)
    home.texts("My son is gone. I dont know how you want me to answer that.")
    assert "distress" in tasks(home)
    home.texts("I dont want to be here without him")
    number = home.house.escalation.number
    assert home.house.escalation.level == "acute"
    asked = len(home.read)
    assert home.texts("funeral home wants 3 thousand by friday") <= {"safety.holding"}
    assert home.texts("sorry. thank you") <= {"safety.holding"}
    assert len(home.read) <= asked + 1
    assert home.needs == []
    home.staff_text(f"ack {number}")
    home.staff_text(f"reached {number}")
    assert "back.hello" in home.hears
    assert "thanks.welcome" in home.texts("Dr Lee called thank you for that")
    home.texts("need help with the funeral costs")
    assert home.needs + [d for d in tasks(home) if d == "unmet-need"]
    home.ends_well()


def test_a_child_has_the_phone_and_what_it_tells_is_shown_to_nobody(home: Household) -> None:
    home.moves_in()
    home.texts("1")
    home.later(hours=49)
    assert home.texts("my mom is at work")
    assert "about.who" in home.texts("whos this")
    home.texts("lol ok 😂😂")
    home.texts("my stepdad gets mad and hits us sometimes")
    assert "safety.bland" in home.hears
    assert home.house.escalation.danger == "child-abuse"
    assert "mandated-report" in tasks(home)
    told = len(home.read)
    home.texts("pls dont tell")
    home.texts("u there?")
    assert home.read[told:] in ([], ["Thanks, got your message."]), "nothing of the assistant, and nothing but bland"
    number = home.house.escalation.number
    home.staff_text(f"ack {number}")
    home.staff_text(f"reached {number}")
    assert not any("line" in text for text in home.read[told:])
    home.ends_well()


def test_a_stranger_who_asks_what_happened_there_learns_nothing(home: Household) -> None:
    home.moves_in()
    assert "about.who" in home.texts("Who is this")
    assert "wrong_person.sorry" in home.texts("you have the wrong number")
    assert "wrong-person" in tasks(home)
    told = len(home.read)
    home.texts("who were you looking for?")
    home.texts("did something happen at that house")
    home.texts("ok good luck")
    for _ in range(10):
        home.later(hours=24)
    assert home.read[told:] == []
    assert tasks(home).count("text-to-read") >= 3
    home.ends_well()


def test_a_father_who_mixes_two_languages_is_answered_in_the_one_he_asked_for(home: Household) -> None:
    home.moves_in("Luis Vega", "en", ages=[14])
    home.texts("Yes si")
    home.later(hours=49)
    assert "language.changed" in home.texts("Hola, can u write en español please?")
    assert home.contact.language is Language.SPANISH
    home.texts("necesito un ride para la corte el lunes, mi carro lo chocaron")
    assert home.needs == ["transport"]
    assert "help.failed" in home.texts("no contestan en ese numero")
    assert "help-failed" in tasks(home)
    assert not home.has_opted_out
    home.texts("OTRO")
    assert home.needs == ["transport", "transport"]
    assert home.read[-1] != home.read[-3]
    assert "shared.noted" in home.texts("mi esposa también lee este teléfono")
    assert "next.planned" in home.texts("cuando me escriben otra vez")
    home.later(hours=72)
    home.texts("👍")
    assert "check_in.glad" in home.texts("todo bien gracias a Dios")
    assert "goodbye.take_care" in home.texts("nada por ahora")
    home.ends_well()


def test_a_grandmother_thinks_of_dying_and_everybody_is_told_while_the_assistant_is_silent(home: Household) -> None:
    home.moves_in("Carmen Ruiz", "es")
    home.texts("1")
    home.later(hours=49)
    assert home.texts("BUENAS TARDES DIOS LOS BENDIGA")
    home.texts("necesito comida")
    assert home.needs == ["food"]
    assert home.later(hours=1) == frozenset()
    assert home.texts("a veces pienso q ya no vale la pena seguir viviendo") == {"safety.suicide"}
    assert "988" in home.read[-1]
    assert home.house.escalation.danger == "suicide"
    number = home.house.escalation.number
    told = len(home.read)
    home.texts("sigue ahi mijo?")
    home.texts("necesito comida tambien")
    assert home.needs == ["food"], "the assistant is silent"
    assert len(home.read) <= told + 1
    home.staff_text(f"ack {number} 20")
    assert "callback.by" in home.hears
    home.staff_text(f"reached {number}")
    assert "back.hello" in home.hears
    assert home.texts("ya hable con la señorita gracias")
    home.ends_well()


def test_a_texan_is_cut_off_from_the_grid_pauses_stops_and_comes_back(home: Household) -> None:
    home.moves_in("Chuy Garza", "es", ages=[1])
    assert "about.who" in home.texts("q onda quien es")
    assert "consent.thanks" in home.texts("ah ok si, 1")
    home.later(hours=10)
    home.texts("oiga se me olvido decirle q nos cortaron la luz")
    assert home.needs == ["utilities"]
    home.later(hours=39)
    assert {"check_in.mixed", "need.ask"} <= home.texts("pos mas o menos", "pero ahi vamos")
    home.texts("ocupamos leche y pañales pal bebe")
    assert sorted(home.needs) == ["baby-things", "food", "utilities"]
    assert "pause.promised" in home.texts("ya no me manden mensajes hasta el lunes plis, ando trabajando fuera")
    assert not home.has_opted_out
    assert home.contact.paused_until == datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
    assert "pause" in tasks(home)
    home.later(hours=120)
    assert "number.noted" in home.texts("oiga cambie de numero, el 314 555 0177 es el nuevo")
    told = len(home.read)
    home.texts("STOP")
    home.later(hours=5)
    assert home.read[told:] == [], "the carrier answers its own word"
    home.texts("start")
    assert not home.has_opted_out
    assert home.texts("perdon me equivoque")
    assert "check_in.glad" in home.texts("mejor, un 8")
    assert "goodbye.take_care" in home.texts("no gracias asi estamos bien")
    home.ends_well()


def test_a_nurse_between_shifts_answers_in_numbers_and_asks_for_three_things(home: Household) -> None:
    home.moves_in("Tasha Moore", ages=[5])
    home.texts("Sure")
    home.later(hours=49)
    assert {"check_in.mixed", "need.ask"} <= home.texts("4")
    assert "later.promised" in home.texts("cant talk rn at work. try me tomorrow")
    assert "check_in.again" in home.later(hours=26)
    home.texts("same i guess")
    assert {key for key in home.texts("how long does this last") if key.startswith("learn.")}
    home.texts("need help with the light bill and a ride to work")
    assert {"transport", "utilities"} <= set(home.needs)
    assert "resource.more" in home.texts("MORE")
    assert "resource.calling" in home.texts("CALL THEM")
    assert "call-for-family" in tasks(home)
    assert "callback.promised" in home.texts("can somebody call me friday at noon")
    first = home.texts("zzzz")
    second = home.texts("asdf")
    assert first & {"fallback.first", *SAYS_A_PERSON_READS}
    assert second & SAYS_A_PERSON_READS
    assert "text-to-read" in tasks(home)
    assert "thanks.welcome" in home.texts("k thanks bye")
    home.ends_well()
