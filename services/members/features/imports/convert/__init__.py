"""From cells to the fields of a record: what can be taken is taken, what cannot is told and never changed."""
