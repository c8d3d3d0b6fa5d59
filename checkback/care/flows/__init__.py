"""What the doors call: each flow owns its units of work and calls steps inside them. No network inside the indent."""
