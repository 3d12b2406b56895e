"""An app with jobs and commands that leave a trace: a real worker runs them in the tests of the queue."""
