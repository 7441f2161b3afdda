"""A fleet under load whose processes die at random, and what must hold afterwards.

clients ── HTTP ──> api ──┐
                          ├── PostgreSQL, SeaweedFS
3 workers ────────────────┘
    ▲
chaos: kill -9, SIGSTOP beyond the time to live, SIGTERM, a child of a worker, the API, the database
"""
