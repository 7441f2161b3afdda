"""Tasks as scripts that survive the death of their process. Begin with `run_task`.

Others use:

- `engine`: `JobEngine`, which the service starts, gives work and stops
- `fetching`: `fetch_source`, how a source comes here
- `submitting`: `Desk`, which starts tasks that other processes run
- `operator_values`: what the settings say if a query says nothing
"""
