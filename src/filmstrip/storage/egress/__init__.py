"""Which hosts a client may make us talk to, and how that is held.

Others use:

- `policy`: `EgressPolicy`, the judgement on an address
- `proxy`: `EgressProxy`, the way out of clients that open their own connections
"""
