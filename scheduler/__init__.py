"""The metronome: APScheduler ticks, and what is due is a column in our tables. A missed tick loses nothing."""
