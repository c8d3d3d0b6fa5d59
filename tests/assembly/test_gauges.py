"""What Prometheus is told is what stands in the rows."""

from __future__ import annotations

from prometheus_client import REGISTRY

from checkback.assembly.gauges import show, tell_assistant, tell_certificate
from checkback.assembly.outlook import assistant_answers
from checkback.assembly.settings import load_settings
from checkback.care.flows import figures, heartbeat
from checkback.care.terms import Lane
from checkback.commands.status import lines_of


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels)


def test_an_alert_that_waits_ages_until_it_has_gone(house, ana):
    house.enrols()
    house.carrier.is_down = True
    ana.texts("I want to kill myself")
    house.clock.tick(seconds=90)
    show(figures.look(house.rt))
    assert value("checkback_texts_due", lane="alerts") >= 1
    assert value("checkback_escalations_untaken") == 1
    assert value("checkback_oldest_untaken_escalation_seconds") >= 90
    house.carrier.is_down = False
    house.clock.tick(minutes=3)
    house.works()
    show(figures.look(house.rt))
    assert value("checkback_texts_due", lane="alerts") == 0


def test_a_number_that_is_not_registered_is_told_until_somebody_mends_it(house, ana):
    house.enrols()
    house.carrier.refuses_next(30034, permanent=False)
    house.works()
    told = figures.look(house.rt)
    show(told)
    assert value("checkback_carrier_troubles", sender="family", code="30034") == 1
    assert value("checkback_sender_paused", sender="family", code="30034") == 1


def test_silence_is_counted_from_the_last_text(house, ana):
    house.enrols()
    ana.texts("hello")
    house.clock.tick(hours=25)
    show(figures.look(house.rt))
    assert value("checkback_inbound_silence_seconds") > 86_400


def test_the_screen_of_status_wants_a_person_where_something_stands_still(house, ana):
    for process in ("worker", "scheduler"):
        heartbeat.beat(house.rt, process)
    assert all(line.is_well for line in lines_of(figures.look(house.rt)))
    house.enrols()
    house.carrier.is_down = True
    ana.texts("I want to kill myself")
    house.clock.tick(minutes=6)
    wanting = {line.what for line in lines_of(figures.look(house.rt)) if not line.is_well}
    assert {"worker", "scheduler", f"{Lane.ALERTS} due", "escalations nobody took"} <= wanting


def test_an_assistant_that_is_gone_is_told(tmp_path):
    settings = load_settings(
        {"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(tmp_path), "CHECKBACK_ASSISTANT_PORT": "1"}
    )
    tell_assistant(lambda: assistant_answers(settings))
    assert value("checkback_assistant_up") == 0


def test_the_days_of_a_certificate_are_told():
    tell_certificate(lambda: 12.5)
    assert value("checkback_certificate_days") == 12.5
