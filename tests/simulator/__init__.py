"""The pretend Twilio, asked by the real client and checked with Twilio's own documents."""
