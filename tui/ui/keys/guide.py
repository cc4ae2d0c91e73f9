"""First steps, Vim keys and the legend of the glyphs, for the help screen. Data only."""

from __future__ import annotations

from typing import Final

FIRST_STEPS: Final = (
    ("composer.send", "Send your message; the reply appears above it"),
    ("app.commands", "Find anything you can do by its name"),
    ("message.attach", "Attach files, or type @ and part of a name"),
    ("question.answer", "Answer when the agent waits for you"),
    ("turn.stop", "Stop the agent while it works"),
    ("turn.leave", "Stop waiting; the agent keeps working"),
    ("conversation.new", "Start another; this conversation keeps working"),
    ("search.open", "Search everything you and the agent wrote"),
    ("pane.timeline", "See what the agent did, step by step"),
    ("app.quit", "Quit any time; no reply is lost"),
)
"""Ids of commands, and what a new user does with them."""

VIM_KEYS: Final = (
    ("Esc", "Normal mode; there, what Esc does without Vim keys"),
    ("Enter", "Send the message, in every mode"),
    ("i a I A o O", "Insert at the cursor, the line's ends, a new line"),
    ("h j k l", "Move; k on the first line recalls a message"),
    ("w b e W B E ge", "Start or end of a word"),
    ("0 ^ $ gg G { } %", "Line, text, paragraph, matching bracket"),
    ("f F t T ; ,", "Find a character in the line, and again"),
    ("d c y > <", "Delete, change, copy, indent; twice: the line"),
    ("gu gU g~ ~", "Lower case, upper case, the other case"),
    ('iw a" i( ap …', "After an operator: word, quotes, brackets …"),
    ("x X D C Y s S r J", "Short forms; replace a character, join lines"),
    ("p P", "Put what was deleted or copied"),
    ('"a "+ "_', "Register to use; + is the app's clipboard"),
    ("v V", "Select characters or lines; o: the other end"),
    ("u Ctrl+R .", "Undo, redo, repeat the last change"),
    ("3 12 …", "Count for a command or motion"),
)
"""Keys of the Vim mode, and their meaning."""

LEGEND: Final = (
    ("✦", "$accent", "the agent"),
    ("⠹", "$accent", "works now"),
    ("◐", "$accent", "a conversation in which the agent works"),
    ("●", "$accent", "a reply that you haven't read; also: online"),
    ("◆", "$warning", "waits for your approval"),
    ("◇", "$warning", "waits for you to sign in to an app"),
    ("✓", "$success", "done"),
    ("✗", "$error", "failed"),
    ("■", "$warning", "stopped"),
    ("◌", "$muted", "ended without a result"),
    ("↑", "$accent", "a message on its way"),
    ("◷", "$muted", "a queued message, sent when the agent is free"),
    ("?", "$warning", "not confirmed: the message may have arrived"),
    ("↯", "$error", "the connection was lost"),
    ("↻", "$success", "continued after the connection was lost; in the timeline: caught up"),
    ("○", "$muted", "offline, or no longer waited for"),
    ("▸ ▾", "$muted", "more to expand; expanded"),
    ("▤", "$muted", "an attached file"),
    ("“", "$muted", "in the timeline: the agent said something"),
    ("━", "$success", "time that a skill took"),
    ("•", "$text", "a moment on the time axis"),
    ("┄", "$muted", "time without news"),
    ("Σ", "$muted", "tokens and cost of a reply"),
)
"""Glyph, style and meaning."""
