"""The `checkback` command's families of commands, typed as a person types them."""
