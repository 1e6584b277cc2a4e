"""Two case types that open each other: a matter opens chores, and a chore may be put before the body above."""

MATTER = """
case: matter
title: {en: Matter, zh: 事项}
ref: MAT
fields:
  severity: {type: choice, choices: [minor, major, critical], default: minor}
  joint:    {type: flag, default: false}
  copies:   {type: units}
  details:  {type: text}
states:
  open:    {initial: true}
  decided: {}
  done:    {final: true}
actions:
  decide: {from: open, to: decided, by: [owner, unit_head], takes: [details, severity, copies]}
  redo:   {from: decided, to: open, by: [owner, unit_head]}
  close:  {from: decided, to: done, by: [owner, unit_head], when: closed(follow-up)}
clocks:
  decide: {runs_in: open, limit: 5 working days, ladder: late}
ladders:
  late:
    - {after: 0, tell: owner}
    - {after: 1 working day, tell: unit_head}
    - {after: 2 working days, tell: first, repeat: {every: 1 working day, times: 2}}
opens:
  - on: opened
    if: {joint: true}
    case: chore
    unit: $superior
    owner: office
    fields: {subject: $title, about: $ref, asked_by: $unit, answerable: $holder(unit_head)}
    link: above
  - on: decide
    if: {severity: [major, critical]}
    case: chore
    unit: copies
    owner: unit_head
    title: {en: Task, zh: 任务}
    fields: {subject: $title, about: $ref, asked_by: $unit, note: $field(details), answerable: $holder(unit_head)}
    due: {by: severity, of: {minor: none, major: 5 working days, critical: 1 working day}}
    link: follow-up
  - on: breached(decide)
    case: chore
    fields: {subject: $title, about: $ref, asked_by: $body, answerable: $holder(unit_head), "post?": $post(unit_head)}
    link: missed
  - on: escalated(decide, 3)
    case: chore
    unit: $body
    owner: first
    fields: {subject: $ref, asked_by: $new-body, answerable: $holder(unit_head), "note?": $post(first)}
    link: pressed
"""

CHORE = """
case: chore
title: {en: Chore, zh: 事务}
ref: CHO
fields:
  subject:    {type: text, required: true}
  about:      {type: ref}
  asked_by:   {type: unit, required: true}
  note:       {type: text}
  post:       {type: text}
  answerable: {type: person, required: true}
states:
  asked: {initial: true}
  done:  {final: true}
actions:
  bring_up: {from: asked, to: same, by: [owner, unit_head, first]}
  finish:   {from: asked, to: done, by: [owner, unit_head, first]}
  again:    {from: done, to: asked, by: [owner, unit_head, first]}
clocks:
  finish: {runs_in: asked, limit: 10 working days, ladder: late, remind: 50%,
           extension: {max: 5 working days, times: 1, approve: [unit_head, first]}}
  look:   {runs_in: asked, limit: 3 working days, ladder: late}
ladders:
  late: [{after: 0, tell: owner}]
opens:
  - on: bring_up
    case: matter
    unit: asked_by
    owner: unit_head
    fields: {details: $field(note), severity: major}
    due: 2 working days
"""
