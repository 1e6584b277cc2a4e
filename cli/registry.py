"""Every command by name: where it lives and what it is for. Help and completion read only this."""

from cli.base import Entry, Group
from cli.texts import N_

CASE = Group(
    "case",
    {
        "list": ("cli.case:list_", N_("List cases.")),
        "show": ("cli.case:show", N_("Show one case: its fields, clocks, actions, files and links.")),
        "history": ("cli.case:history", N_("Show everything that happened to a case.")),
        "why": ("cli.why:why", N_("Show why the limits of a case are due when they are, day by day.")),
        "answerable": ("cli.answerable:answerable", N_("Show who bears which responsibility for what failed.")),
        "files": ("cli.case:files", N_("List the files of a case; --verify checks their content.")),
        "draft": ("cli.summary:case_draft", N_("Draft the text of a case that sums up a window.")),
        "dossier": ("cli.dossier:dossier", N_("Put all of a case into one file, for a stranger.")),
        "comment": ("cli.case_acts:comment", N_("Say something about a case, on record.")),
        "assign": ("cli.case_acts:assign", N_("Give a case to another owner.")),
        "reassign": ("cli.case_acts:reassign", N_("Give the open cases of one owner to another.")),
        "link": ("cli.case_acts:link", N_("Let a case point at another.")),
        "attach": ("cli.case_acts:attach", N_("Add a file to a case.")),
    },
    help=N_("Cases: look, comment, hand over."),
)
EXTEND = Group(
    "extend",
    {
        "request": ("cli.extend:request", N_("Ask for more time for a limit, before its end and with a reason.")),
        "approve": ("cli.extend:approve", N_("Grant the time that was asked for.")),
        "refuse": ("cli.extend:refuse", N_("Refuse the time that was asked for.")),
        "list": ("cli.extend:list_", N_("List requests for more time, the newest first.")),
    },
    help=N_("More time for a limit."),
)
LEAVE = Group(
    "leave",
    {
        "set": ("cli.leave:set_", N_("Record an absence and who stands in.")),
        "end": ("cli.leave:end", N_("End an absence today.")),
        "list": ("cli.leave:list_", N_("List absences, present and to come.")),
    },
    help=N_("Absences and deputies."),
)
DUTY = Group(
    "duty",
    {
        "list": ("cli.duty:list_", N_("List duties and how each window stands.")),
        "show": ("cli.duty:show", N_("Show one duty and its windows.")),
        "record": ("cli.duty:record", N_("Record something that counts towards a duty.")),
        "skip": ("cli.duty:skip", N_("Leave out a window of a duty.")),
        "forecast": ("cli.duty:forecast", N_("List what duties will open next.")),
    },
    help=N_("Recurring duties."),
)
ORG = Group(
    "org",
    {
        "import": ("cli.org_import:import_", N_("Bring in units, people and posts from a file.")),
        "tree": ("cli.org:tree", N_("Show the units as a tree.")),
        "show": ("cli.org:show", N_("Show a unit or a person.")),
        "ladder": ("cli.org:ladder", N_("Show who answers for a unit, post by post.")),
        "who": ("cli.org:who", N_("Tell who holds a role for a unit.")),
    },
    help=N_("The register: units, posts, people."),
)
AUDIT = Group(
    "audit",
    {
        "log": ("cli.audit:log", N_("List events of the trail.")),
        "verify": ("cli.audit:verify", N_("Check that the trail is whole and unchanged.")),
        "seal": ("cli.audit_seal:seal", N_("Seal everything that waits, and sign the tree.")),
        "checkpoint": ("cli.audit_seal:checkpoint", N_("Print the newest signed checkpoint.")),
        "prove": ("cli.audit_proof:prove", N_("Write the proof that an event is sealed.")),
        "check-proof": ("cli.audit_proof:check_proof", N_("Check a proof; no workspace needed.")),
        "witness": ("cli.audit_proof:witness", N_("Cosign a checkpoint that extends what you have seen.")),
        "recover": ("cli.audit_seal:recover", N_("After a restore: go on under a new name.")),
        "export": ("cli.exporting:export", N_("Write the whole trail to a file, with everything it keeps.")),
        "erase": ("cli.erasing:erase", N_("Erase a value that is kept beside the trail, or all that is due.")),
    },
    help=N_("The trail: what happened, and whether it was changed."),
)
POLICY = Group(
    "policy",
    {
        "packs": ("cli.policy:packs", N_("List the policies that come with the program.")),
        "check": ("cli.policy:check", N_("Check policy files without applying them.")),
        "show": ("cli.policy:show", N_("Show the policy in force, or one case type of it.")),
        "graph": ("cli.policy:graph", N_("Draw the states and actions of a case type or a case.")),
        "apply": ("cli.policy:apply", N_("Put a policy in force.")),
    },
    help=N_("The law in force: case types, limits, ladders, duties."),
)
CALENDAR = Group(
    "calendar",
    {
        "import": ("cli.calendar_import:import_", N_("Make calendars current, from a file or a library.")),
        "list": ("cli.calendar:list_", N_("List the calendars.")),
        "show": ("cli.calendar:show", N_("Show the days of a calendar.")),
        "explain": ("cli.explain:explain", N_("Show, day by day, how a limit is counted.")),
    },
    help=N_("Working days, days off, and how limits are counted."),
)
STATS = Group(
    "stats",
    {
        "ontime": ("cli.stats:ontime", N_("Tell what was done in time, late, or not yet.")),
        "backlog": ("cli.stats:backlog", N_("Tell what lies open, and how old it is.")),
        "workload": ("cli.stats:workload", N_("Tell how much there was to do, by unit and post.")),
        "scorecard": ("cli.stats:scorecard", N_("Tell what the policy counts of a year, and what it comes to.")),
    },
    help=N_("How the office did, in figures: by unit and post, never by person."),
)
SUMMARY = Group(
    "summary",
    {
        "draft": ("cli.summary:draft", N_("Draft the summary of a window from the record.")),
        "template": ("cli.summary:template", N_("Write a Word template to make the office's own paper of.")),
    },
    help=N_("Summaries, drafted for people to edit."),
)
NOTIFY = Group(
    "notify",
    {
        "list": ("cli.notify:list_", N_("List notices: waiting, sent, given up.")),
        "retry": ("cli.notify:retry", N_("Try notices that were given up once more.")),
        "test": ("cli.notify:test", N_("Send one test notice to an address.")),
    },
    help=N_("Notices to people."),
)
QUERY = Group(
    "query",
    {
        "save": ("cli.queries:save", N_("Keep a question under a name.")),
        "run": ("cli.queries:run", N_("Ask a saved question.")),
        "list": ("cli.queries:list_", N_("List your saved questions.")),
        "delete": ("cli.queries:delete", N_("Forget a saved question.")),
    },
    help=N_("Questions you ask again and again."),
)
DB = Group(
    "db",
    {
        "status": ("cli.db:status", N_("Tell which database this is and how it stands.")),
        "upgrade": ("cli.db:upgrade", N_("Bring the database to this version of the program.")),
        "grants": ("cli.grants:grants", N_("Set the owner of the tables apart from the role the program works as.")),
    },
    help=N_("The database of the workspace."),
)
CONFIG = Group(
    "config",
    {"explain": ("cli.config:explain", N_("Tell where the value of a setting comes from."))},
    help=N_("Settings."),
)

ROOT: dict[str, Entry | Group] = {
    "due": ("cli.due:due", N_("What is due, and who holds it.")),
    "new": ("cli.new:new", N_("Open a case.")),
    "do": ("cli.do:do", N_("Act on a case.")),
    "case": CASE,
    "extend": EXTEND,
    "duty": DUTY,
    "leave": LEAVE,
    "eligible": ("cli.eligible:eligible", N_("Tell whether one person or unit is barred from something, and why.")),
    "org": ORG,
    "audit": AUDIT,
    "policy": POLICY,
    "calendar": CALENDAR,
    "stats": STATS,
    "summary": SUMMARY,
    "notify": NOTIFY,
    "query": QUERY,
    "run": ("cli.run:run", N_("Let the clocks run: fire what is due, open duties, send notices.")),
    "advance": ("cli.run:advance", N_("Move the time of a sandbox.")),
    "init": ("cli.init:init", N_("Make a workspace.")),
    "demo": ("cli.demo:demo", N_("Let a small county office live through a year in a sandbox, then tell.")),
    "whoami": ("cli.whoami:whoami", N_("Tell who you are here.")),
    "doctor": ("cli.doctor:doctor", N_("Check that everything is in order.")),
    "config": CONFIG,
    "db": DB,
    "completion": ("cli.completion:completion", N_("Print the completion script for a shell.")),
}
