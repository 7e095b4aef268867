"""How a contestant looks, the same in every plot: a colour, a kind of line and a mark."""

from . import kinds
from .svg import element, path_through

# Each has its colour in page.css by its place here. What follows " + " or "," in a contestant's name is
# another way of using the same library: the same colour, with another line.
PEERS = ["libuv", "ivykis", "libevent", "libev", "asio", "glib", "sd-event", "zeromq", "sd-bus",
         "libfuse"]
SPARE_COLOURS = 3
MARKS = ["circle", "square", "up", "diamond", "down", "plus", "cross"]


def library_of(name):
    return name.lower().replace("/", " ").replace(",", " ").split(" + ")[0].split(" ")[0]


class Palette:
    """Made once for a page, of all its contestants."""

    def __init__(self, names):
        self.looks = {}
        floors, others, ways = [], [], {}
        for name in sorted(names, key=kinds.display_order):
            kind, library = kinds.kind_of(name), library_of(name)
            if kind == kinds.TOCSIN:
                colour = "tocsin"
            elif kind == kinds.FLOOR:
                floors.append(name)
                colour, library = "floor", "floor"
            elif library in PEERS:
                colour = f"peer{PEERS.index(library)}"
            else:
                others += [library] if library not in others else []
                colour = f"spare{others.index(library) % SPARE_COLOURS}"
            way = ways[library] = ways.get(library, -1) + 1
            number = len(self.looks)
            mark = "circle" if name == "tocsin" else MARKS[number % len(MARKS)]
            self.looks[name] = (f"of-{colour} way{way % 4}", mark)

    def class_of(self, name):
        return self.looks[name][0]

    def mark(self, name, x, y):
        return mark(self.looks[name][1], x, y)


def polygon(points):
    return element("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_="mark")


def mark(shape, x, y, size=3.6):
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, class_="mark")
    if shape == "square":
        return element("rect", x=x - 3.2, y=y - 3.2, width=6.4, height=6.4, class_="mark")
    if shape in ("up", "down"):
        tip = -size - 0.6 if shape == "up" else size + 0.6
        return polygon([(x, y + tip), (x - size - 0.4, y - tip * 0.75), (x + size + 0.4, y - tip * 0.75)])
    if shape == "diamond":
        wide = size + 1.2
        return polygon([(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)])
    if shape == "plus":
        return path_through([(x - size, y), (x + size, y)], "stroke") + path_through(
            [(x, y - size), (x, y + size)], "stroke")
    return path_through([(x - size, y - size), (x + size, y + size)], "stroke") + path_through(
        [(x - size, y + size), (x + size, y - size)], "stroke")
