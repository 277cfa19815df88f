"""The functional tests that otcextensions is published with, as they are: all that are for CBR."""

import sys
import unittest

from steps import Steps

step = Steps("otcextensions' own tests")
loader = unittest.TestLoader()
suite = unittest.TestSuite()
for subject in ("policy", "service", "task", "vault"):
    suite.addTests(loader.loadTestsFromName(f"otcextensions.tests.functional.sdk.cbr.v3.test_{subject}"))
for subject in ("task", "vault"):
    suite.addTests(loader.loadTestsFromName(f"otcextensions.tests.functional.osclient.cbr.v3.test_{subject}"))
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses) + len(result.skipped)
step.failed += bad
step.passed += result.testsRun - bad
step.end()
