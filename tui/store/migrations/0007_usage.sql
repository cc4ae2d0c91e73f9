-- What the turns of a conversation have used is summed up without reading its other events.
CREATE INDEX events_of_usage ON events (conversation, turn, number)
    WHERE kind = 'usage_reported';
