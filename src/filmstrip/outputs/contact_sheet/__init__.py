"""`contact_sheet`: a poster of frames from all over the source."""
