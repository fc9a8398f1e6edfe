"""The command line: it parses, calls one function of the pipeline and prints what came back."""

from curriculum_kit.cli.app import app, main

__all__ = ["app", "main"]
