"""Numbers as people read them, the same in the table and on the page."""


def number(value):
    """Three figures that count, or all of a large one."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def amount(value, unit):
    return f"{number(value)} {unit}".rstrip()


def ratio(value):
    """Two figures after the point until they no longer say anything."""
    if value is None:
        return "-"
    if value == 0 or 0.1 <= value < 10:
        return f"{value:.2f}"
    return f"{value:.3f}" if value < 0.1 else number(value)


def percent(share):
    return "-" if share is None else f"{share * 100:.0f} %"


TIME_UNITS = [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")]


def axis_label(value, unit):
    """Short, for the ticks of an axis: 10 us, 1M, 100 bytes."""
    if unit == "ns":
        for size, name in TIME_UNITS:
            if value >= size * 0.9999:
                return f"{value / size:g} {'µs' if name == 'us' else name}"
        return f"{value:g} ns"
    return count_label(value) + (f" {unit}" if unit else "")


def count_label(value):
    for size, name in [(1e6, "M"), (1e3, "k")]:
        if value >= size:
            return f"{value / size:g}{name}"
    return f"{value:g}"


def machine_line(machine):
    return (f"{machine['processors']} x {machine['processor']}, {machine['memory']}, "
            f"{machine['kernel']}, {machine['distribution']}, {machine['compiler']}")
