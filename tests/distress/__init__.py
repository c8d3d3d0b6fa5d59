"""The distress screen says what plain words say."""
