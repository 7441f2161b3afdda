"""What is decided about work: how long, how many, together or alone, again or not.

Others use:

- `admission`: how much one output may be
- `allowances`: how long a step may take
- `bundles`: which outputs are made together
- `enough_pixels`: how large a picture of a source has to be
- `free_disk`: how much of the disk is left alone
- `meter`: what is counted for whoever watches
- `patience`: `patiently`, which tries again
- `places`: `Places`, shared fairly between API keys
- `step_limit`: `StepLimit`, of the step that runs
- `turns`: which of its scripts an API key has run first
- `upscale_rule`: outputs that would be larger than their source
"""
