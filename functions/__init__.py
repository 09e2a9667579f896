"""The workflows: one file tells one of them, from question to answer."""
