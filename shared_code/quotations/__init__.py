"""From a catalogue to a printed offer, and how an auditor finds both again."""
