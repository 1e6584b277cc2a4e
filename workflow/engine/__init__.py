"""The only place where a case changes.

`open_case`, `act` and `fire_timers` are the three doors (`act_for_duty` and `release` let a duty act on its case);
`comment`, `assign`, `link` and `attach` the small ones. Each runs inside one transaction of the caller, which makes
act, event, timers and outbox one commit. Each refuses with one typed Problem and then nothing is written.
`reading.read`, a small one too, is loaded by who takes out a whole case.
"""

from workflow.engine.extending import decide_extension, request_extension
from workflow.engine.opening import open_case
from workflow.engine.remarks import assign, attach, attach_for_duty, comment, link
from workflow.engine.transition import act, act_for_duty, fire_timers, recompute, release
from workflow.receipts import Outcome

__all__ = [
    "Outcome",
    "act",
    "act_for_duty",
    "assign",
    "attach",
    "attach_for_duty",
    "comment",
    "decide_extension",
    "fire_timers",
    "link",
    "open_case",
    "recompute",
    "release",
    "request_extension",
]
