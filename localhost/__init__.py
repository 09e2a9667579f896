"""The local platform: everything the app meets in Azure, on one machine. Never deployed."""
