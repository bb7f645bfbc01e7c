"""One module for each workload; each holds a ``WORKLOAD``."""
