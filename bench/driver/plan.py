"""What a run is to measure: the cases, their contestants, and what a kept figure has to match."""

from dataclasses import dataclass

from . import kinds, sections
from .programs import digest
from .problem import Problem


@dataclass(frozen=True)
class PlannedCase:
    """A case with its contestants in the order in which they are shown."""

    name: str
    contestants: tuple

    @property
    def digest(self):
        """Covers all contestants: when one program was rebuilt the others are measured afresh, too,
        because figures taken at different times do not make a ratio."""
        return digest(*(f"{one.name} {one.version} {one.program_digest}" for one in self.contestants))

    def as_object(self):
        contestants = [{"contestant": one.name, "version": one.version} for one in self.contestants]
        return {"case": self.name, "digest": self.digest, "contestants": contestants}


def plan_of(contestants):
    """All cases, in the order of the sections."""
    by_case = {}
    for one in contestants:
        by_case.setdefault(one.case, []).append(one)
    return [
        PlannedCase(case, tuple(sorted(by_case[case], key=lambda one: kinds.display_order(one.name))))
        for case in sorted(by_case, key=sections.display_order)
    ]


def is_wanted(name, only):
    return not only or any(text in name for text in only)


def chosen(plan, only, other_names):
    """The cases of the plan whose names contain one of the texts; all when there are none."""
    for text in only:
        if not any(text in name for name in [*(case.name for case in plan), *other_names]):
            raise Problem(f"--only '{text}': no case has that in its name; --list shows them all")
    return [case for case in plan if is_wanted(case.name, only)]
