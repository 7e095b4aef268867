"""What explains each plot, by the plot's name as the page has it above the drawing.

A plot of growth has N where its cases have the number: "timers: arm far, N". The sentence stands under
the drawing, after the figures that are taken from the run.
"""

SENTENCES: dict[str, str] = {}
