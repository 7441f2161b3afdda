"""Places of the service's own: results without a destination and uploads, on its disk or in the operator's bucket.

    <temporary_url>/results/<hour in which it expires>/<folder of one output>/<name>
    <temporary_url>/pieces/<hour in which it expires>/<folder of one output>/<name>
    <temporary_url>/uploads/<upload>/<offset at which this part begins>

Others use:

- `opening`: `open_own`, a folder of the bucket, if there is one
- `bucket`: `OwnBucket`
- `temporary`: `open_temporary`, the place of the results of one output
- `scratch`: `open_scratch`, the place of what an output is made of
- `serving`: `TemporaryObjects`, what there is to hand out
- `keys`: `TEMPORARY_URL_PATH`
"""
