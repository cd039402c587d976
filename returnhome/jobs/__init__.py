"""What happens by itself: a look round every few seconds, and the messages that follow from it."""
