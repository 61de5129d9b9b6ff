"""When to decline, fitted to a collection from questions alone: `python -m eval calibrate`."""
