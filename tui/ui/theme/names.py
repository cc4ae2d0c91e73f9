"""Names of the themes, for the command line: the themes themselves need Textual."""

FOLLOW = "auto"
"""Name that selects the theme by the terminal's background."""

OWN = (
    "genie-dark",
    "genie-light",
    "genie-ember",
    "genie-mist",
    "genie-contrast-dark",
    "genie-contrast-light",
    "genie-16",
    "genie-16-light",
    "genie-mono",
)

TEXTUAL = (
    "textual-dark",
    "textual-light",
    "nord",
    "gruvbox",
    "catppuccin-mocha",
    "dracula",
    "tokyo-night",
    "monokai",
    "flexoki",
    "catppuccin-latte",
    "catppuccin-frappe",
    "catppuccin-macchiato",
    "solarized-light",
    "solarized-dark",
    "rose-pine",
    "rose-pine-moon",
    "rose-pine-dawn",
    "atom-one-dark",
    "atom-one-light",
    "ansi-dark",
    "ansi-light",
)
