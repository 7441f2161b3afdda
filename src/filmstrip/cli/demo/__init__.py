"""`filmstrip demo`: the first real job on this machine, from making the source to checking every result."""
