"""Who may come in: codes, passwords, second factors and tokens, and how access is given and taken away."""
