"""Finds the functions of a C or C++ text and how many lines each has."""

import re

# Directives, comments and literals, in the order in which a compiler would see them.
NOISE = re.compile(
    r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*"
    r"|//[^\n]*"
    r"|/\*.*?\*/"
    r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL | re.MULTILINE,
)
ACCESS = re.compile(r"\s*((public|private|protected)\s*:\s*)*")
NOT_A_FUNCTION = re.compile(r"^\s*(?:export\s+)?(namespace|class|struct|union|enum|extern)\b")


def without_noise(text):
    """The text with directives, comments and literals blanked; every line stays where it is."""
    return NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def opens_function(head):
    """Whether `head`, the text between the last statement and a brace, can head a function."""
    head = re.sub(r"^\s*template\s*<.*?>\s*(?=class|struct|union)", "", head, flags=re.DOTALL)
    head = head[ACCESS.match(head).end() :]
    if NOT_A_FUNCTION.match(head) and not head.rstrip().endswith(")"):
        return False
    return "(" in head or "[" in head


def is_initialiser(clean, position):
    """Whether the brace that closes at `position` ends a value, as in `: count_{0}, name_{n} {`."""
    following = clean[position + 1 :].lstrip()[:1]
    return following in set(",{)")


def function_lengths(text):
    """(first line, lines) of each function body, and of each block in it that has a head."""
    clean = without_noise(text)
    open_blocks = []
    head_start = 0
    for match in re.finditer(r"[{};]", clean):
        position = match.start()
        character = match.group()
        if character == "{":
            open_blocks.append(head_start)
        elif character == "}" and open_blocks:
            start = open_blocks.pop()
            if is_initialiser(clean, position):
                head_start = start
                continue
            yield from length_of(clean, start, position)
        head_start = position + 1


def length_of(clean, start, end):
    head = clean[start : clean.index("{", start)]
    if not opens_function(head):
        return
    begin = start + ACCESS.match(head).end()
    yield clean.count("\n", 0, begin) + 1, clean.count("\n", begin, end) + 1
