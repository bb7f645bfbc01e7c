"""Finds regular expressions that a short text can keep busy for years.

Python's engine backtracks: ``(a+)+`` tries every way to split a run of ``a`` before it gives up.
A repeat inside a repeat is refused, unless a delimiter tells the rounds apart, as the hyphen does
in ``[a-z]+(?:-[a-z]+)*``, or it is possessive or atomic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d*)(,?)(\d*)\})([+?]?)")
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|<[=!]|[:=!>]|P=\w+|[aiLmsux-]+:?|#))?")
_MANY = 10


@dataclass(slots=True)
class _Quantifier:
    """How often something may stand."""

    many: bool = False
    optional: bool = False
    possessive: bool = False
    length: int = 0

    def within(self, outer: _Quantifier) -> _Quantifier:
        """Return how often something may stand in a group that may stand so often itself."""
        return _Quantifier(self.many or outer.many, self.optional or outer.optional)


@dataclass(slots=True)
class _Group:
    """What is known of a group; atoms are single characters, classes, escapes."""

    atomic: bool = False
    alternatives: bool = False
    repeats: bool = False
    atoms: list[tuple[str, _Quantifier]] = field(default_factory=list)

    def delimited(self) -> bool:
        """Whether each round begins or ends with a character found nowhere else in it."""
        if self.alternatives or not self.atoms:
            return False
        return self._delimits(0) or self._delimits(len(self.atoms) - 1)

    def _delimits(self, at: int) -> bool:
        text, quantifier = self.atoms[at]
        literal = text.removeprefix("\\")
        if quantifier.many or quantifier.optional or len(literal) != 1 or text in _CLASSES:
            return False
        if text.startswith("\\") and literal.isalnum():
            return False
        others = self.atoms[:at] + self.atoms[at + 1 :]
        return not any(re.fullmatch(other, literal, re.DOTALL) for other, _ in others)


_CLASSES = {".", "^", "$"}


def may_explode(pattern: str) -> bool:
    """Whether a repeat inside a repeat may make matching take exponential time.

    pattern: one that ``re.compile`` takes
    """
    stack = [_Group()]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "(":
            opening = _GROUP.match(pattern, at)
            text = opening[0] if opening else "("
            stack.append(_Group(atomic=text == "(?>"))
            at += len(text)
        elif char == ")" and len(stack) > 1:
            group = stack.pop()
            quantifier = _quantifier(pattern, at + 1)
            at += 1 + quantifier.length
            if _explodes(group, quantifier):
                return True
            stack[-1].atoms += [(text, one.within(quantifier)) for text, one in group.atoms]
            stack[-1].repeats |= _repeats(quantifier) or (group.repeats and not group.atomic)
        elif char == "|":
            stack[-1].alternatives = True
            at += 1
        else:
            text = _atom(pattern, at)
            quantifier = _quantifier(pattern, at + len(text))
            stack[-1].atoms.append((text, quantifier))
            stack[-1].repeats |= _repeats(quantifier)
            at += len(text) + quantifier.length
    return False


def _repeats(quantifier: _Quantifier) -> bool:
    return quantifier.many and not quantifier.possessive


def _explodes(group: _Group, quantifier: _Quantifier) -> bool:
    return _repeats(quantifier) and group.repeats and not (group.atomic or group.delimited())


def _quantifier(pattern: str, at: int) -> _Quantifier:
    found = _QUANTIFIER.match(pattern, at)
    if found is None or found[0] == "{}":
        return _Quantifier()
    sign, low, comma, high, suffix = found.groups()
    if sign:
        many, optional = sign != "?", sign != "+"
    else:
        most = high if comma else low
        many = not most or int(most) > _MANY
        optional = not low or int(low) == 0
    return _Quantifier(many, optional, suffix == "+", len(found[0]))


def _atom(pattern: str, at: int) -> str:
    if pattern[at] == "\\":
        return pattern[at : at + 2]
    if pattern[at] != "[":
        return pattern[at]
    end = at + 1
    if pattern[end] == "^":
        end += 1
    if pattern[end] == "]":
        end += 1
    while pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    return pattern[at : end + 1]
