"""What decisions bar somebody from."""

NEW = """INSERT INTO effect (case_id, event, effect, bars, whom, from_on, until_on, state)
VALUES (:case_id, :event, :effect, :bars, :whom, :from_on, :until_on, 'standing')"""
SET = "UPDATE effect SET state = :state WHERE case_id = :case_id AND effect = :effect AND state <> 'ended'"
FORGET = "DELETE FROM effect WHERE case_id = :case_id"
HOLDS = "SELECT 1 FROM effect WHERE case_id = :case_id AND state <> 'ended' AND until_on >= :on LIMIT 1"

# Standing effects on one person or unit: those that hold on a day, and those of an assessment year known by a day.
_OF = """SELECT c.ref, c.definition, x.effect, x.from_on, x.until_on FROM effect x JOIN cases c ON c.id = x.case_id
WHERE x.whom = :whom AND x.bars = :bars AND x.state = 'standing' AND x.from_on <= :on"""
_ORDER = " ORDER BY x.until_on DESC, c.ref, x.effect"
ON = _OF + " AND x.until_on >= :on" + _ORDER
IN_YEAR = _OF + " AND x.until_on >= :first AND x.from_on <= :last" + _ORDER

OF_PERSON = """SELECT c.ref, x.bars, x.from_on, x.until_on, x.state FROM effect x JOIN cases c ON c.id = x.case_id
WHERE x.whom = :person AND x.state <> 'ended' ORDER BY x.from_on, c.ref, x.bars"""
