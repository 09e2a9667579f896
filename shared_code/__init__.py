"""What all workflows share: the edge, the rules, the SQL, the outside world."""
