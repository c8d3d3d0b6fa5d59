"""How we decide: pure functions over values, with no row, no clock and no network in them."""
