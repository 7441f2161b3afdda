"""Rules that say which players will fail on a manifest: pure checks of text and bytes.

Each rule stands for something that was seen in a real player, or read in its source or in a standard.
"""
