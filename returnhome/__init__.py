"""Return home interviews: from the police's notification to the help that followed."""

__version__ = "0.1.0"
