-- Ids of servers are text and belong to an account; rows refer to each other by number.
-- Times are milliseconds since the epoch.

CREATE TABLE conversations (
    number     INTEGER PRIMARY KEY,
    account    TEXT NOT NULL,
    id         TEXT NOT NULL,
    title      TEXT NOT NULL DEFAULT '',
    first_text TEXT NOT NULL DEFAULT '',
    created_ms INTEGER,
    updated_ms INTEGER,
    unread     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;

CREATE INDEX conversations_by_activity ON conversations (account, updated_ms DESC, number);

-- The prompt's columns are NULL together when the agent spoke by itself.
CREATE TABLE turns (
    number       INTEGER PRIMARY KEY,
    account      TEXT NOT NULL,
    id           TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    run_id       TEXT,
    position     INTEGER NOT NULL,
    over         INTEGER NOT NULL DEFAULT 0,
    text         TEXT,
    state        TEXT,
    attachments  TEXT,
    message_id   TEXT,
    at_ms        INTEGER,
    problem      TEXT,
    UNIQUE (account, id)
) STRICT;

CREATE INDEX turns_in_order ON turns (conversation, position, number);
CREATE INDEX turns_by_run ON turns (conversation, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX turns_by_message ON turns (conversation, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX turns_unfinished ON turns (account, position, number) WHERE over = 0;
CREATE INDEX turns_said ON turns (account, at_ms, number) WHERE text IS NOT NULL;

CREATE TABLE events (
    number       INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    turn         INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
    key          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    at_ms        INTEGER,
    message_id   TEXT,
    body         TEXT NOT NULL,
    UNIQUE (conversation, key)
) STRICT;

CREATE INDEX events_of_turn ON events (turn, number);
CREATE INDEX events_in_time ON events (conversation, at_ms, number);
CREATE INDEX events_by_message ON events (conversation, message_id) WHERE message_id IS NOT NULL;

-- Pieces of messages that are still being written; gone once the whole message is an event.
CREATE TABLE pieces (
    number     INTEGER PRIMARY KEY,
    turn       INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    start      INTEGER NOT NULL,
    text       TEXT NOT NULL,
    key        TEXT NOT NULL,
    run_id     TEXT,
    event_id   TEXT,
    at_ms      INTEGER,
    seen_ms    INTEGER,
    UNIQUE (turn, message_id, start)
) STRICT;

-- The composer's text; conversation '' is the one that does not exist yet.
CREATE TABLE drafts (
    account      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    text         TEXT NOT NULL,
    PRIMARY KEY (account, conversation)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
