"""The composition root: the only place that chooses and joins parts."""
