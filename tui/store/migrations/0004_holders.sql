-- Who is seeing to it that a message is sent; NULL: nobody. Who has died holds nothing.
ALTER TABLE turns ADD COLUMN holder TEXT;
