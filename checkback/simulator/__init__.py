"""A pretend Twilio to hold in the hand: it imports nothing of ours, so that one mistake cannot pass both sides."""
