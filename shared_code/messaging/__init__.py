"""What people are told: mails and SMS, the outbox, the news in the apps; and the Admins, that a provider fails."""
