"""How a file comes in, and what must be true of it before anybody gets it to see."""
