"""Telling clients' receivers what happened to their tasks.

What is to be told is written down by `db.callbacks` in the transaction of what happened; when it is told is said by a
script of the durable engine (`jobs.tasks.callback_script`). Here is how.

Others use:

- `deliveries`: `Deliveries`, one try after the other
- `receiver`: where a query wants its events told
- `settings`: `CallbackSettings`
"""
