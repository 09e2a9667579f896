"""Sign in and out, go on with a session, register; passwords and the second factor."""
