"""Each sender's queue: a number sends so many segments a second, and what is handed over faster has to wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from checkback.simulator.account import OwnNumber

LONGEST_WAIT = timedelta(hours=10)


class SenderQueues:
    """When each sender has sent all it was given. In memory: a restart begins with empty queues."""

    def __init__(self) -> None:
        self._free_at: dict[str, datetime] = {}

    def is_full(self, sender: OwnNumber, segments: int, now: datetime) -> bool:
        """Whether another text would have to wait for more than ten hours."""
        if sender.segments_per_second is None:
            return False
        return self._start(sender, now) + _time_for(segments, sender.segments_per_second) - now > LONGEST_WAIT

    def join(self, sender: OwnNumber, segments: int, now: datetime) -> datetime:
        """Stand in the queue; the moment it is this text's turn."""
        if sender.segments_per_second is None:
            return now
        turn = self._start(sender, now)
        self._free_at[sender.number] = turn + _time_for(segments, sender.segments_per_second)
        return turn

    def _start(self, sender: OwnNumber, now: datetime) -> datetime:
        return max(now, self._free_at.get(sender.number, now))


def _time_for(segments: int, per_second: float) -> timedelta:
    return timedelta(seconds=segments / per_second)
