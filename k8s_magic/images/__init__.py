"""Container images, a file an image: what really runs in a simulated container. The folder is the registry.

A file exports `NAMES`, a tuple of image names without tag ("gcr.io/kuar-demo/kuard-amd64", "nginx"), and `async def main(ctx, argv)`
which gives the exit code; optional: `COMMANDS` (further programs of the image by name, for exec, probes and its shell), `SIZE` in bytes,
`ENTRYPOINT`, `CMD`, and `DIRECTORIES` that scripts may write into.
"""
