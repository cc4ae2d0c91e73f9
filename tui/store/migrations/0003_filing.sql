-- What the user made of a conversation here, and whether its newest turn failed.

ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;

DROP INDEX conversations_by_activity;
CREATE INDEX conversations_in_order
    ON conversations (account, pinned DESC, updated_ms DESC, number);

-- A name given here is found like a title.
DROP TRIGGER title_changed;
CREATE TRIGGER title_changed AFTER UPDATE OF title, name ON conversations
WHEN new.title <> old.title OR new.name <> old.name BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number;
    INSERT INTO words (rowid, text)
    SELECT 3 * new.number, iif(new.name = '', new.title, trim(new.name || ' ' || new.title))
    WHERE new.title <> '' OR new.name <> '';
END;
