"""What must be computed in a dialogue: which need, which place, which time. No database, no network, no sentence."""
