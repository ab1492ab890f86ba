"""The pytest plugin through which contract suites and fixtures reach every service's tests."""
