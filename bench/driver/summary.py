"""Middles and spreads. Means are of no use where a neighbour takes the processor now and then."""


def quantile(values, share):
    """Between the two nearest values; None when there are none."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values):
    return quantile(values, 0.5)


def quartiles(values):
    return quantile(values, 0.25), quantile(values, 0.75)


def spread(values):
    """Half the distance between the quartiles, as a share of the median; None where that is zero."""
    if not values or not median(values):
        return None
    low, high = quartiles(values)
    return (high - low) / 2 / abs(median(values))


def ratio(value, other):
    """None when one of them is unknown or there is nothing to divide by."""
    if value is None or not other:
        return None
    return value / other
