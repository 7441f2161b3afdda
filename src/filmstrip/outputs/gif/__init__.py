"""The output `gif`: a clip of the source that plays wherever pictures are shown."""
