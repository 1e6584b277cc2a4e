"""What was given away of checkpoints: it stands in the trail, and nowhere else."""

LAST = """SELECT at, canon FROM event WHERE kind = :kind
ORDER BY at DESC, stream DESC, n DESC LIMIT 40"""
