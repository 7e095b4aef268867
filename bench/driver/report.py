"""The page: one HTML file that needs nothing else, neither scripts nor fonts nor other files."""

from html import escape
from pathlib import Path

from . import kinds, plots, wording
from .results import unit_of
from .sections import OTHER, SECTIONS
from .sentences import SENTENCES
from .svg import element
from .verdicts import ivykis_verdicts, verdicts_on

STYLE = Path(__file__).with_name("page.css")
TITLE = "Tocsin beside its peers"
LATENCY_TAILS = ("p90", "p99", "p99.9")


def row(cells, tag="td", class_=None):
    """A cell is a text, or (text, class)."""
    parts = []
    for cell in cells:
        words, look = cell if isinstance(cell, tuple) else (cell, None)
        parts.append(element(tag, escape(words) or " ", class_=look))
    return element("tr", "".join(parts), class_=class_)


def table(head, rows, class_=None):
    return element("div", element(
        "table", element("thead", row(head, "th")) + element("tbody", "".join(rows))),
        class_=f"wide {class_ or ''}".strip())


def machine_part(run):
    facts = [*((name, str(value)) for name, value in run.machine.items()),
             ("run of", run.at), ("rounds", f"at most {run.rounds}" if run.is_quick else str(run.rounds))]
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    facts.append(("versions", versions or "none was told"))
    rows = [element("tr", element("th", escape(name)) + element("td", escape(value)))
            for name, value in facts]
    return element("table", "".join(rows), class_="facts")


def verdict_row(verdict):
    shown, limit = wording.ratio(verdict.value), f"{verdict.at_most:.3g}"
    if verdict.unit or not verdict.against:
        shown = wording.amount(verdict.value, verdict.unit)
        limit = f"{limit} {verdict.unit}".rstrip()
    quartiles = "{} – {}".format(*map(wording.ratio, verdict.quartiles)) if verdict.quartiles else ""
    word = verdict.word if verdict.value is not None else f"not measured: {verdict.why_not}"
    # Of several of Tocsin's the case alone does not tell which one is meant.
    ours = f" ({verdict.ours})" if verdict.ours.startswith("tocsin ") else ""
    return row([verdict.case + ours, verdict.against or "a limit", (shown, "number"),
                (quartiles, "number"), (limit, "number"), (word, verdict.word.replace(" ", "-"))])


def verdict_table(verdicts):
    head = ["case", "against", ("measured", "number"), ("quartiles", "number"), ("at most", "number"), ""]
    return table(head, [verdict_row(verdict) for verdict in verdicts], "verdicts")


def tally(verdicts):
    words = [verdict.word for verdict in verdicts]
    return element("p", f"{words.count('reached')} of {len(words)} reached, {words.count('missed')} "
                        f"missed, {words.count('not measured')} not measured. Ratios are of medians; "
                        "smaller is better. The quartiles are those of the rounds' own ratios.")


def figure(plot):
    says = " ".join(filter(None, (plot.says, SENTENCES.get(plot.name, ""))))
    caption = element("figcaption", escape(says)) if says else ""
    return element("figure", element("h3", escape(plot.name)) + plot.drawing + caption)


def plot_parts(all_plots):
    for heading in [*(heading for heading, _ in SECTIONS), OTHER]:
        here = [plot for plot in all_plots if plot.heading == heading]
        if here:
            yield element("h2", escape(heading))
            yield from map(figure, here)


def ivykis_part(verdicts):
    if not verdicts:
        return ""
    plot = plots.ivykis_plot(verdicts)
    return (element("h2", escape(plots.IVYKIS)) + element("p", "The same program, made from Debian's "
            "headers, runs on Debian's library and on ours in turns.")
            + (figure(plot) if plot else "") + verdict_table(verdicts))


def tail_cells(one):
    tails = [one.median(metric) for metric in LATENCY_TAILS]
    return [("" if tail is None else wording.number(tail), "number") for tail in tails]


def figure_row(case, one):
    if one.failure or case.metric is None or one.median(case.metric) is None:
        words, look = (f"failed: {one.failure}", "missed") if one.failure else ("not measured", None)
        return element("tr", element("td", escape(one.name)) +
                       element("td", escape(words), colspan=8, class_=look))
    ratios = [(wording.ratio(case.ratio_to(one, case.lowest(kind))), "number")
              for kind in (kinds.FLOOR, kinds.PEER)]
    figure_text = wording.amount(one.median(case.metric), unit_of(case.metric))
    return row([one.name, (figure_text, "number"), (wording.percent(one.spread(case.metric)), "number"),
                (str(len(one.rounds)), "number"), *ratios, *tail_cells(one)],
               class_=f"is-{one.kind}")


def figures_part(run):
    head = ["", ("median", "number"), ("spread", "number"), ("rounds", "number"),
            ("of floor", "number"), ("of peer", "number"),
            *((metric, "number") for metric in LATENCY_TAILS)]
    rows = []
    for case in run.cases:
        if case.name in run.left_out:
            continue
        rows.append(element("tr", element("th", escape(case.name), colspan=9), class_="case"))
        rows += [figure_row(case, one) for one in case.contestants]
    return element("h2", "All figures") + element(
        "p", "Medians of the rounds; the spread is half the distance of the quartiles as a share of the "
        "median; ratios are to the lowest floor and to the best peer of the case; p90 and so on are "
        "latencies in nanoseconds, of which the median is p50.") + table(
        head, rows, "figures")


def not_there_part(run):
    """What failed, what is missing, what was left out: said before anything is concluded."""
    lines = [f"Failed: {case}, {contestant}: {reason}" for case, contestant, reason in run.failures]
    lines += [f"Missing: {case}: {there} of {run.rounds} rounds are there"
              for case, there in run.missing.items()]
    lines += [f"Left out: {case}: {why}" for case, why in run.left_out.items()]
    if not lines:
        return ""
    items = "".join(element("li", escape(line)) for line in lines)
    return element("details", element("summary", f"Failed, missing or left out: {len(lines)}") +
                   element("ul", items), open="" if run.failures else None)


def page(run):
    verdicts, compared = verdicts_on(run), ivykis_verdicts(run)
    body = [
        element("h1", TITLE),
        machine_part(run),
        not_there_part(run),
        element("h2", "What must come out"),
        tally([*verdicts, *compared]),
        verdict_table(verdicts),
        *plot_parts(plots.plots_of(run)),
        ivykis_part(compared),
        figures_part(run),
    ]
    head = ('<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{TITLE}</title><style>{STYLE.read_text(encoding='utf-8')}</style>")
    return ('<!DOCTYPE html>\n<html lang="en"><head>' + head + "</head><body>\n" + "\n".join(body)
            + "\n</body></html>\n")
