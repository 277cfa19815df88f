"""What the drivers of public clients share: counted steps, and what the test tells them."""

import os
import sys
import time
import traceback

BASE = os.environ["COFFER_BASE"]
PROJECT = os.environ["COFFER_PROJECT"]
OTHER_PROJECT = os.environ["COFFER_OTHER_PROJECT"]


class Steps:
    """Runs the steps of one client; each is a call that passes or fails."""

    def __init__(self, client):
        self.client = client
        self.passed = 0
        self.failed = 0

    def __call__(self, name, call, /, *arguments, **keywords):
        """Runs one step; gives what it gave, or None where it failed."""
        begun = time.monotonic()
        try:
            value = call(*arguments, **keywords)
        except (Exception, SystemExit) as error:  # a client may end the program
            self.failed += 1
            last = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAILED {self.client}: {name}: {type(error).__name__}: {error} ({last.filename}:{last.lineno})")
            return None
        self.passed += 1
        print(f"passed {self.client}: {name} ({time.monotonic() - begun:.2f} s)")
        return value

    def end(self):
        """Says how it went, and ends the program."""
        print(f"{self.client}: {self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got!r} is not {wanted!r}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def until(what, look, seconds=60):
    """Looks again and again until `look` gives something; gives that."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
