-- Conversations that the user has put away on this machine, and the tags that they gave them:
-- words without "#", separated and surrounded by spaces.
ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN tags TEXT NOT NULL DEFAULT '';

DROP INDEX conversations_in_order;
CREATE INDEX conversations_in_order
    ON conversations (account, archived, pinned DESC, updated_ms DESC, number);
CREATE INDEX conversations_with_tags ON conversations (account) WHERE tags <> '';
