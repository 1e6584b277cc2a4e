"""Speed, measured as ratios to a raw floor in the same run (`make bench`). Never a timed test."""
