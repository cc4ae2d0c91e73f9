"""Terminal: driver, output, clipboard, images, other programs."""
