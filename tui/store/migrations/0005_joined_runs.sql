-- Runs in which a turn goes on that began in another one, after a connection was authorised.
CREATE TABLE joined_runs (
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    run_id       TEXT NOT NULL,
    turn         INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
    PRIMARY KEY (conversation, run_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX joined_runs_of_turn ON joined_runs (turn);
