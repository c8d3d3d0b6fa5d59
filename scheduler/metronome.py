"""Ticking. Each job runs alone, and one that fails or hangs stops no other."""

from __future__ import annotations

import threading

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from checkback.assembly.loops import Loop
from checkback.care.flows.watching import Ping
from checkback.care.runtime import Runtime
from scheduler.jobs import jobs


def tick_until_stopped(rt: Runtime, stop: threading.Event, ping: Ping | None = None) -> None:
    """Run every job at its interval until `stop`, then wait for what is under way."""
    duties = jobs(rt, ping)
    # A thread each: a hanging job must not take the place of another. Late ticks are not made up for: the next one
    # finds all that is due.
    metronome = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(duties))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for duty in duties:
        loop = Loop(duty.name, duty.work, duty.every.total_seconds())
        metronome.add_job(loop.round, IntervalTrigger(seconds=duty.every.total_seconds()), id=duty.name)
    metronome.start()
    stop.wait()
    metronome.shutdown(wait=True)
