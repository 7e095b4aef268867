"""What every plot has around its data: grid, ticks, the names of the axes, a legend."""

from . import svg

WIDTH = 700
LEGEND_COLUMNS, LEGEND_ROW = 4, 20
LETTER = 6.4  # the mean width of one, in units of the drawing


class Frame:
    """The rectangle of the data inside the drawing."""

    def __init__(self, left, top, right, bottom):
        self.left, self.top, self.right, self.bottom = left, top, right, bottom

    def vertical_grid(self, scale, ticks, label, emphasised=None):
        """Ticks of the horizontal axis, of which one may be a line that matters."""
        parts, end = [], float("-inf")
        for tick in ticks:
            x, words = scale.at(tick), label(tick)
            parts.append(svg.line(x, self.top, x, self.bottom,
                                  "one" if tick == emphasised else "grid"))
            half = len(words) * LETTER / 2
            if x - half > end + 4:
                parts.append(svg.text(x, self.bottom + 16, words, "tick", "middle"))
                end = x + half
        return parts

    def horizontal_grid(self, scale, ticks, label):
        parts = []
        for tick in ticks:
            y = scale.at(tick)
            parts.append(svg.line(self.left, y, self.right, y, "grid"))
            parts.append(svg.text(self.left - 7, y + 4, label(tick), "tick", "end"))
        return parts

    def axis_names(self, across, up=None):
        parts = [svg.text((self.left + self.right) / 2, self.bottom + 35, across, "axis", "middle")]
        if up:
            middle = (self.top + self.bottom) / 2
            parts.append(svg.text(14, middle, up, "axis", "middle", transform=f"rotate(-90 14 {middle})"))
        return parts


def legend(palette, names, top):
    """Rows of marks with names, in columns as wide as the longest name needs."""
    columns = LEGEND_COLUMNS
    while columns > 1 and max(map(len, names)) * LETTER + 44 > (WIDTH - 20) / columns:
        columns -= 1
    wide = (WIDTH - 20) / columns
    parts = []
    for index, name in enumerate(names):
        x, y = 20 + index % columns * wide, top + index // columns * LEGEND_ROW
        parts.append(svg.group([svg.line(x, y, x + 26, y, "series"), palette.mark(name, x + 13, y)],
                               palette.class_of(name)))
        parts.append(svg.text(x + 33, y + 4, name, "label"))
    return parts, (len(names) + columns - 1) // columns * LEGEND_ROW
