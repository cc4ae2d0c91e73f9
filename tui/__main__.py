"""``python -m tui`` is ``genie-tui``."""

from tui.cli import main

if __name__ == "__main__":
    main()
