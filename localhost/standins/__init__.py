"""Stand-ins for MSG91 and SendGrid: they speak the protocols, keep what they were sent, and fail when told to."""

from localhost.standins.standins import StandIns

__all__ = ["StandIns"]
