-- What an agent said has a column of its own, so that the search index does not read JSON, which
-- SQLite reads otherwise than Python does. message_text() is ours, see tui/store/migrate.py.
ALTER TABLE events ADD COLUMN text TEXT;

DROP TRIGGER message_written;
DROP TRIGGER message_gone;

UPDATE events SET text = message_text(body) WHERE kind = 'agent_message';

DELETE FROM words WHERE rowid IN (
    SELECT 3 * e.number + 2 FROM events e JOIN words w ON w.rowid = 3 * e.number + 2
    WHERE e.text IS NOT NULL AND w.text IS NOT e.text
);
INSERT INTO words (rowid, text)
SELECT 3 * number + 2, text FROM events e
WHERE text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM words WHERE rowid = 3 * e.number + 2);

CREATE TRIGGER message_written AFTER INSERT ON events WHEN new.text IS NOT NULL BEGIN
    INSERT INTO words (rowid, text) VALUES (3 * new.number + 2, new.text);
END;

CREATE TRIGGER message_gone AFTER DELETE ON events WHEN old.text IS NOT NULL BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number + 2;
END;
