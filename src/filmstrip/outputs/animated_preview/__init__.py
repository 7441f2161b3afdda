"""The output `animated_preview`: what a film is like, in some seconds, for a page that lists films."""
