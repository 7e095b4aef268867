"""Runs the benchmark programs in turns, keeps their figures, and shows them as a table and a page."""
