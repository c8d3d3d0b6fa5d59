"""The door for staff: signed in, server-rendered, one module a page, and the API that enrols a family."""
