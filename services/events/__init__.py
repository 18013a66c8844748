"""Events: series and their editions, admission, registrations, the door, attendance, the calendar."""
