-- Ids that conversations had here before the server gave them one. Whoever still uses such an id
-- means the conversation of today.
CREATE TABLE aliases (
    account TEXT NOT NULL,
    alias   TEXT NOT NULL,
    id      TEXT NOT NULL,
    PRIMARY KEY (account, alias)
) STRICT, WITHOUT ROWID;
