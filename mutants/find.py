"""Finds what may be mutated in sources, by clang's own reading of them."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from clang.cindex import CursorKind as Kind
from clang.cindex import Index, TypeKind

OPERATORS = {
    "==": "equal", "!=": "unequal", "<": "less", "<=": "most", ">": "more", ">=": "least",
    "+": "plus", "-": "minus", "*": "times", "/": "over", "%": "rest", "&": "both", "|": "either",
    "<<": "left_by", ">>": "right_by",
}
INSTEAD = {
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "+": "-", "-": "+",
    "*": "+", "/": "*", "%": "+", "&": "|", "|": "&", "<<": ">>", ">>": "<<", "&&": "||",
    "||": "&&",
}
FUNCTIONS = {
    Kind.FUNCTION_DECL, Kind.CXX_METHOD, Kind.CONSTRUCTOR, Kind.DESTRUCTOR, Kind.FUNCTION_TEMPLATE,
    Kind.CONVERSION_FUNCTION, Kind.LAMBDA_EXPR,
}
BRANCHES = {Kind.IF_STMT, Kind.WHILE_STMT, Kind.FOR_STMT, Kind.DO_STMT, Kind.CONDITIONAL_OPERATOR}


@dataclass(frozen=True)
class Insertion:
    """Text at an offset, in place of `length` bytes. Of two at one offset, what closes comes first,
    from within to without; then what opens, from without to within."""

    offset: int
    text: str
    length: int = 0
    closes: bool = False
    depth: int = 0

    def order(self):
        return (self.offset, 0 if self.closes else 1, -self.depth if self.closes else self.depth)


@dataclass
class Mutant:
    file: str
    line: int
    what: str  # what is done instead
    insertions: list  # with {n} for its number


class Finder:
    """Of one file, as one translation unit has it."""

    def __init__(self, root, file):
        self.root = root
        self.name = file
        self.path = str(root / file)
        self.source = (root / file).read_bytes()
        self.mutants = []
        self.turned = set()  # where the opposite is a mutant already

    def look_into(self, unit):
        self._walk(unit.cursor, 0, None, False)
        return self.mutants

    def _walk(self, cursor, depth, function, inside):
        for child in cursor.get_children():
            file = child.location.file
            if depth == 0 and (file is None or file.name != self.path):
                if file is None or child.kind not in (Kind.NAMESPACE, Kind.LINKAGE_SPEC):
                    continue
            if child.kind in FUNCTIONS:
                self._walk(child, depth + 1, child, inside)
                continue
            within = inside or (function is not None and child.kind == Kind.COMPOUND_STMT)
            if within:
                self._mutate(child, depth, function)
            self._walk(child, depth + 1, function, within)

    def _mutate(self, cursor, depth, function):
        if not self._is_written_here(cursor):
            return
        if cursor.kind == Kind.COMPOUND_STMT:
            for statement in cursor.get_children():
                self._leave_out(statement, depth)
        elif cursor.kind == Kind.BINARY_OPERATOR:
            self._exchange(cursor, depth)
        elif cursor.kind == Kind.RETURN_STMT:
            self._return_otherwise(cursor, depth, function)
        elif cursor.kind in BRANCHES:
            self._negate(cursor, depth)

    def _is_written_here(self, cursor):
        begin, end = self._ends(cursor)
        file = cursor.extent.start.file
        return file is not None and file.name == self.path and begin < end

    def _ends(self, cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def _text(self, begin, end):
        return self.source[begin:end].decode()

    def _add(self, cursor, what, insertions):
        self.mutants.append(Mutant(self.name, cursor.extent.start.line, what, insertions))

    def _leave_out(self, statement, depth):
        kind = statement.kind
        if not self._is_written_here(statement):
            return
        if not (kind.is_expression() or kind == Kind.CXX_DELETE_EXPR) or kind == Kind.LAMBDA_EXPR:
            return
        begin, end = self._ends(statement)
        if self.source[end:end + 1] != b";":
            return
        text = " ".join(self._text(begin, end).split())
        self._add(statement, f"leaves out: {text[:70]}", [
            Insertion(begin, "if (!::mutants::is({n})) {{ ", depth=depth),
            Insertion(end + 1, " }}", closes=True, depth=depth),
        ])

    def _exchange(self, cursor, depth):
        left, right = list(cursor.get_children())[:2]
        if not (self._is_written_here(left) and self._is_written_here(right)):
            return
        begin, left_end = self._ends(left)
        right_begin, end = self._ends(right)
        between = self._text(left_end, right_begin)
        written = between.strip()
        if written not in INSTEAD or "//" in between:
            return
        if written in ("==", "!=") and (begin, end) in self.turned:
            return
        at = left_end + between.index(written)
        what = f"{written} is {INSTEAD[written]}: {' '.join(self._text(begin, end).split())[:70]}"
        if written in ("&&", "||"):
            # By De Morgan, so that each side stands there once and is asked as before.
            self._add(cursor, what, [
                Insertion(begin, "(((static_cast<bool>(", depth=depth),
                Insertion(left_end, ") != ::mutants::is({n}))", closes=True, depth=depth),
                Insertion(right_begin, "(static_cast<bool>(", depth=depth),
                Insertion(end, ") != ::mutants::is({n}))) != ::mutants::is({n}))", closes=True,
                          depth=depth),
            ])
            return
        self._add(cursor, what, [
            Insertion(begin, f"::mutants::{OPERATORS[written]}({{n}}, ", depth=depth),
            Insertion(at, ",", length=len(written), depth=depth),
            Insertion(end, ")", closes=True, depth=depth),
        ])

    def _return_otherwise(self, cursor, depth, function):
        values = list(cursor.get_children())
        if function is None or not values or not self._is_written_here(values[0]):
            return
        if function.result_type.get_canonical().kind != TypeKind.BOOL:
            return
        self._turn(values[0], depth, "returns the opposite of")

    def _negate(self, cursor, depth):
        condition = self._condition_of(cursor)
        if condition is not None and self._is_written_here(condition):
            self._turn(condition, depth, "takes the other way at")

    def _condition_of(self, cursor):
        """None where a variable is declared in place of one, and for one that is a constant."""
        children = list(cursor.get_children())
        if cursor.kind == Kind.IF_STMT:
            begin = cursor.extent.start.offset
            if b"constexpr" in self.source[begin:begin + 14]:
                return None
            # What is declared before the condition comes first.
            children = children[1:] if children[0].kind == Kind.DECL_STMT else children
        elif cursor.kind == Kind.DO_STMT:
            children = children[-1:]
        elif cursor.kind == Kind.FOR_STMT:
            # The first expression is the condition where there is a step, too.
            children = [child for child in children if child.kind.is_expression()]
            children = children if len(children) > 1 else []
        return children[0] if children and children[0].kind.is_expression() else None

    def _turn(self, value, depth, how):
        begin, end = self._ends(value)
        text = " ".join(self._text(begin, end).split())
        if (begin, end) in self.turned or text in ("true", "false") and how.startswith("takes"):
            return
        self.turned.add((begin, end))
        self._add(value, f"{how}: {text[:70]}", [
            Insertion(begin, "(static_cast<bool>(", depth=depth),
            Insertion(end, ") != ::mutants::is({n}))", closes=True, depth=depth),
        ])


def arguments_of(command):
    """What clang needs of a compiler's command: where headers are and what is defined."""
    kept = [one for one in shlex.split(command) if one.startswith(("-I", "-D", "-std="))]
    return kept + ["-xc++"]


def find(root, build, files):
    """The mutants of those files. A header is read as part of the first source that has it."""
    commands = {
        str(Path(entry["file"]).relative_to(root)): entry["command"]
        for entry in json.loads((build / "compile_commands.json").read_text())
        if Path(entry["file"]).is_relative_to(root / "tocsin")
    }
    index = Index.create()
    wanted = {file: None for file in files}
    sources = sorted(commands, key=lambda source: (source not in wanted, source))
    for source in sources:
        missing = [file for file, found in wanted.items() if found is None]
        if not missing:
            break
        if source not in wanted and not any(file.endswith(".h") for file in missing):
            break
        unit = index.parse(str(root / source), arguments_of(commands[source]))
        errors = [one for one in unit.diagnostics if one.severity >= 3]
        if errors:
            raise SystemExit(f"mutants: clang does not understand {source}: {errors[0]}")
        read = {str(root / source)} | {one.include.name for one in unit.get_includes()}
        for file in missing:
            if str(root / file) in read:
                wanted[file] = Finder(root, file).look_into(unit)
    return [mutant for mutants in wanted.values() for mutant in mutants or []]
