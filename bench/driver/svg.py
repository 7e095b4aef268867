"""Drawings as text: elements of SVG, escaped, with coordinates that are no longer than they need be."""

from html import escape


def value_text(value):
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def element(tag, content="", **attributes):
    """An underscore in an attribute's name stands for a hyphen, one at its end for none."""
    words = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value_text(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{words}>{content}</{tag}>" if content else f"<{tag}{words}/>"


def text(x, y, words, class_=None, anchor=None, **attributes):
    return element("text", escape(words), x=x, y=y, class_=class_, text_anchor=anchor, **attributes)


def line(x1, y1, x2, y2, class_):
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def path_through(points, class_):
    places = " L".join(f"{value_text(float(x))} {value_text(float(y))}" for x, y in points)
    return element("path", d=f"M{places}", class_=class_)


def group(parts, class_):
    return element("g", "".join(parts), class_=class_)


def drawing(width, height, parts, title):
    """Says its own name to who cannot see it."""
    return element("svg", element("title", escape(title)) + "".join(parts),
                   viewBox=f"0 0 {width} {height:.0f}", role="img")
