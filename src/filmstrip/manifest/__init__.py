"""What points players at media: values in, text or a small binary out; no I/O."""
