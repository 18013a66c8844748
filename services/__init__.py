"""The services of Alliance CRM and what they share."""
