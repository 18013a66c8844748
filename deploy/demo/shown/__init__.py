"""What the members service does beyond keeping records, each shown with made-up records and told in a line or two.

What is tried is taken back, and what is made is found again by the next run.
"""
