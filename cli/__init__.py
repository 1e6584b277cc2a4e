"""People: parse, call one function, print.

- `main` the entry; `registry` every command by name, so that help imports none of them; `base` what all commands share
- `session` one invocation: global options, settings, the open workspace, who is acting
- `settings` where a value comes from; `texts` the language; `typed` values as people write them
- `render` the only place that prints data; `errors` the only place that prints problems and picks the exit code
- one file per noun, one function per command; `forms` makes the options of `new` and `do` from the policy
"""
