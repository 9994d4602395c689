"""Scheduling of the pipeline by Prefect: batches, GPU slots, retries, resumption. No arithmetic, no identities."""
