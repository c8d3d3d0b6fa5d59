"""The assistant's side of the house: its contract with the application, its channel, its tracker store."""
