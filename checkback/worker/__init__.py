"""What goes out: two lanes with threads of their own, so that an alert never waits behind a check-in."""
