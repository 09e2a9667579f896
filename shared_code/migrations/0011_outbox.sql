-- Who is sending a message, until when it is tried, how its list is ordered; and providers that keep failing.

ALTER TABLE outbox_message
    ADD COLUMN claimed_until timestamptz,  -- by whoever is sending it: nobody else does before that
    ADD COLUMN give_up_at timestamptz NOT NULL DEFAULT now() + interval '1 day';
UPDATE outbox_message SET give_up_at = created_at + interval '1 day' WHERE state = 'waiting';
CREATE INDEX outbox_message_newest ON outbox_message (created_at DESC, message_id DESC);

-- The latest failures of each provider, of all instances together; its row is the lock behind which they are counted.
CREATE TABLE provider_trouble (
    provider   text COLLATE "C" PRIMARY KEY,
    failed_at  timestamptz[] NOT NULL,
    told_at    timestamptz  -- when the Admins heard of it last
);
GRANT SELECT, INSERT, UPDATE ON provider_trouble TO solarium_app;

-- Mails to partners are ordered by address.
CREATE INDEX user_account_partner_email ON user_account (lower(email)) WHERE role = 'CP';
