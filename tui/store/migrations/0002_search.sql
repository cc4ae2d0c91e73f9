-- What can be searched: titles, what the user said and what the agent said. A row's number is three
-- times that of the conversation, of the turn (+ 1) or of the event (+ 2) that the text is from.
-- Triggers alone write here, so that what is found is what is stored.
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');

CREATE TRIGGER title_given AFTER INSERT ON conversations WHEN new.title <> '' BEGIN
    INSERT INTO words (rowid, text) VALUES (3 * new.number, new.title);
END;

CREATE TRIGGER title_changed AFTER UPDATE OF title ON conversations
WHEN new.title <> old.title BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number;
    INSERT INTO words (rowid, text) SELECT 3 * new.number, new.title WHERE new.title <> '';
END;

CREATE TRIGGER title_gone AFTER DELETE ON conversations BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number;
END;

CREATE TRIGGER prompt_written AFTER INSERT ON turns WHEN new.text IS NOT NULL BEGIN
    INSERT INTO words (rowid, text) VALUES (3 * new.number + 1, new.text);
END;

CREATE TRIGGER prompt_changed AFTER UPDATE OF text ON turns WHEN new.text IS NOT old.text BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number + 1;
    INSERT INTO words (rowid, text)
    SELECT 3 * new.number + 1, new.text WHERE new.text IS NOT NULL;
END;

CREATE TRIGGER prompt_gone AFTER DELETE ON turns BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number + 1;
END;

CREATE TRIGGER message_written AFTER INSERT ON events WHEN new.kind = 'agent_message' BEGIN
    INSERT INTO words (rowid, text)
    VALUES (3 * new.number + 2, json_extract(new.body, '$.text'));
END;

CREATE TRIGGER message_gone AFTER DELETE ON events WHEN old.kind = 'agent_message' BEGIN
    DELETE FROM words WHERE rowid = 3 * old.number + 2;
END;

INSERT INTO words (rowid, text)
SELECT 3 * number, title FROM conversations WHERE title <> ''
UNION ALL SELECT 3 * number + 1, text FROM turns WHERE text IS NOT NULL
UNION ALL SELECT 3 * number + 2, json_extract(body, '$.text') FROM events
    WHERE kind = 'agent_message';
