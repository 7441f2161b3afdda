"""What runs in child processes: one probes and makes outputs, one fetches for it.

Others use:

- `messages`: what the service and a child say to each other
- `fetch_request`: what a fetching process is asked
- `limits`: how much processor time a piece of work may take
"""
