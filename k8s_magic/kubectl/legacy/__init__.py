"""Yesterday's kubectl: manifests and command lines of 2017 that v1.36 refuses, taken in today's form with a warning that says so.

`accept` rewrites only what v1.36 refuses; `book` also makes a plain `kubectl run` a Deployment, as it was then;
`reject` is exactly v1.36. All of it is here: the API and its discovery know today's versions only.
"""
