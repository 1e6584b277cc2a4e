"""A small policy that stays as it is, for figures counted by hand: the shipped pack grows, and its figures with it."""

MEASURED = (
    """
policy: measured
calendar: CN
zone: Asia/Shanghai
roles:
  head: [unit_head, first]
ladders:
  overdue:
    - {after: 0,              tell: [owner, unit_head]}
    - {after: 1 working day,  tell: [member_in_charge]}
    - {after: 3 working days, tell: [direct]}
duties:
  study-plan:
    opens: report
    for: {kind: body}
    every: year
    due: {on: 02-28, roll: previous}
    lead: 15 working days
    owner: office
    fields: {recipient: $superior}
  statement-of-responsibility:
    opens: report
    for: {kind: [body, unit]}
    every: year
    due: {on: 03-31, roll: previous}
    lead: 20 working days
    owner: head
    fields: {recipient: $superior}
  half-yearly-report:
    opens: report
    for: {kind: body}
    every: half-year
    due: {end: true, roll: previous}
    lead: 20 working days
    owner: office
    fields: {recipient: $superior}
scorecard:
  measures:
    duties:
      counts: duties
      weight: 40
      worth: {met: 100, late: 50, missed: 0, skipped: none}
    reports:
      counts: clocks
      of: {report: submit}
      weight: 20
      worth: {in-time: 100, late: 40, overdue: 0}
    incidents:
      counts: clocks
      of: {incident: [first_report, analyse]}
      levels: {general: 1, major: 4}
      weight: 20
      worth: {in-time: 100, late: 40, overdue: 0}
    findings:
      counts: clocks
      of: {rectification: [plan, complete]}
      weight: 20
      worth: {in-time: 100, late: 40, overdue: 0}
    escalations:
      counts: escalations
      deduct: [0, 1, 2]
""",
    """
case: report
ref: RPT
fields:
  recipient: {type: unit, required: true}
states:
  drafted:   {initial: true}
  submitted: {}
  reviewed:  {final: true}
  withdrawn: {final: true}
actions:
  submit:   {from: drafted, to: submitted, by: [owner, unit_head], needs: file}
  review:   {from: submitted, to: reviewed, by: reviewer}
  withdraw: {from: [drafted, submitted], to: withdrawn, by: [owner, unit_head], reason: required}
clocks:
  submit: {runs_in: drafted, limit: 10 working days, cancels: withdraw, ladder: overdue}
  review: {runs_in: submitted, limit: 5 working days, cancels: withdraw, holders: reviewer, ladder: overdue}
""",
    """
case: incident
ref: INC
fields:
  severity:    {type: choice, choices: [general, major], required: true}
  occurred_at: {type: time, required: true}
  to:          {type: unit}
  analysis:    {type: text}
states:
  raised:   {initial: true}
  analysed: {}
  resolved: {final: true}
actions:
  notify:  {from: [raised, analysed], to: same, by: unit_head, needs: to}
  analyse: {from: raised, to: analysed, by: [owner, unit_head], needs: analysis}
  regrade: {from: any-open, to: same, by: [reviewer, first], needs: severity, reason: required}
  resolve: {from: analysed, to: resolved, by: unit_head}
clocks:
  first_report:
    runs_in: [raised, analysed]
    met_by: notify
    once: true
    limit: {by: severity, of: {major: 1 hour, general: 1 working day}}
    holders: unit_head
    ladder: overdue
  analyse:
    runs_in: raised
    limit: {by: severity, of: {major: 4 hours, general: 2 working days}}
    holders: [owner, unit_head]
    ladder: overdue
""",
    """
case: rectification
ref: RCT
fields:
  finding: {type: text, required: true}
  plan:    {type: text}
states:
  found:   {initial: true}
  planned: {}
  done:    {final: true}
actions:
  plan:     {from: found, to: planned, by: owner, needs: plan}
  complete: {from: planned, to: done, by: owner, needs: file}
clocks:
  plan:     {runs_in: found, limit: 10 working days, ladder: overdue}
  complete: {runs_in: planned, limit: 3 working days, ladder: overdue}
""",
    """
case: hearing
ref: HRG
fields:
  respondent: {type: party, required: true}
states:
  asked: {initial: true}
  over:  {final: true}
actions:
  answer: {from: asked, to: same, by: party}
  close:  {from: asked, to: over, by: owner}
clocks:
  answer: {runs_in: asked, limit: 5 working days, met_by: answer, holders: party, ladder: overdue}
  lapse:  {runs_in: asked, limit: 10 working days, holders: [], ladder: overdue}
  close:  {runs_in: asked, limit: 15 working days, ladder: overdue}
""",
)
