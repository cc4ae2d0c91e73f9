-- Conversations with the same time of activity have an order that does not depend on when this
-- machine learned of them.
DROP INDEX conversations_in_order;
CREATE INDEX conversations_in_order
    ON conversations (account, archived, pinned DESC, updated_ms DESC, created_ms DESC, id);
