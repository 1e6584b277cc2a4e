"""The only place where a case changes.

`open_case`, `act` and `fire_timers` are the three doors; `comment`, `assign`, `link` and `attach` the small ones. Each
runs inside one transaction of the caller, which makes act, event, timers and outbox one commit. Each refuses with one
typed Problem and then nothing is written. `reading.read`, a small one too, is loaded by who takes out a whole case.
"""

from workflow.engine.extending import decide_extension, request_extension
from workflow.engine.opening import open_case
from workflow.engine.remarks import assign, attach, comment, link
from workflow.engine.transition import act, fire_timers, recompute
from workflow.receipts import Outcome

__all__ = [
    "Outcome",
    "act",
    "assign",
    "attach",
    "comment",
    "decide_extension",
    "fire_timers",
    "link",
    "open_case",
    "recompute",
    "request_extension",
]
