-- Answers to questions of the agent's, such as approvals. Whoever posts one claims it here first.
-- state: claimed (by the holder), unclear (it may have arrived), given.
CREATE TABLE answers (
    turn   INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
    name   TEXT NOT NULL,
    state  TEXT NOT NULL,
    answer TEXT NOT NULL,
    holder TEXT,
    PRIMARY KEY (turn, name)
) STRICT, WITHOUT ROWID;
