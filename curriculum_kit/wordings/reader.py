"""The state of reading who stands how to whom: a text is taken group by group and word by word.

Reads `Referents`; leaves relations as they stand in the text (`Said`), by the places of their groups.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from curriculum_kit.wordings.lexicon import Kind
from curriculum_kit.wordings.referents import Referents

_IT = frozenset({"it", "they", "them"})
_ALONG = frozenset({"along", "together", "as", "in", "coupled", "combined"})
_HAS = frozenset({"has", "have", "having", "with"})
_IS = frozenset({"is", "are", "was", "were", "lie", "sit", "rest", "stand"})


@dataclass(slots=True)
class Said:
    """A relation as it stands in the text: places of groups, None for who comes later or nowhere."""

    name: str
    subject: int | None
    object: int | None
    at: int
    of_it: bool = False
    loose: bool = False
    active: bool = True
    ahead: bool = False
    """Whether the object stands before the subject: "the structure that the grasper retracts"."""


@dataclass(slots=True)
class Reader:
    """What has been read so far of a text."""

    found: Referents
    said: list[Said] = field(default_factory=list)
    pending: list[Said] = field(default_factory=list)
    objects: set[int] = field(default_factory=set)
    last: int | None = None
    """The last group of the clause."""
    joined: bool = False
    """Whether "and" or a comma has come since the last group."""
    haver: int | None = None
    """The group that "has" or is "with" something."""

    def relate(self, name: str, at: int, *, of_it: bool = False, loose: bool = False) -> None:
        """Take a relation; its object comes later, or is who "has" something where it is one of "its"."""
        if self.pending:
            subject = self.pending[-1].subject
        elif self.joined and self.said and (self.last is None or self.last in self.objects):
            subject = self.said[-1].subject
        else:
            subject = self.last
        said = Said(name, subject, None, at, of_it=of_it, loose=loose)
        self.said.append(said)
        if of_it:
            said.object = self.haver
        else:
            self.pending.append(said)

    def act(self, name: str, at: int) -> None:
        """Take a verb: "X that the grasper retracts" names whom it is done to before who does it."""
        done_to = self._antecedent()
        self.relate(name, at)
        if done_to is not None:
            said = self.pending.pop()
            said.object, said.ahead = done_to, True
            self.last = done_to

    def _antecedent(self) -> int | None:
        if self.last is None or self.last in self.objects:
            return None
        before = self.found.groups[self.last].at - 1
        while before >= 0 and self.found.items[before].word in {"the", "a", "an"}:
            before -= 1
        relative = before > 0 and self.found.items[before].word in {"that", "which"}
        earlier = self.found.group_of.get(before - 1)
        return earlier if relative else None

    def meet(self, group: int) -> None:
        """Take a group: the object of the relations that wait for one, or what comes next."""
        if self.pending:
            for said in self.pending:
                said.object = group
            self.pending = []
            self.objects.add(group)
        elif self.joined and self.said and self.last in self.objects and self._ends_list(group):
            # "left of the liver and the gallbladder"
            before = self.said[-1]
            self.said.append(Said(before.name, before.subject, group, before.at, loose=before.loose))
            self.objects.add(group)
        self.last, self.joined = group, False

    def _ends_list(self, group: int) -> bool:
        items = self.found.items
        before = self.found.groups[group].at - 1
        while before > 0 and items[before].word in {"the", "a", "an"}:
            before -= 1
        if items[before].term.kind is not Kind.JOIN and items[before].word != ",":
            return False
        ahead = max((place for place, held in self.found.group_of.items() if held == group), default=0) + 1
        return ahead >= len(items) or items[ahead].word in {"?", ".", ";", ",", "and"}


def read_word(reader: Reader, word: str, *, joins: bool) -> None:
    """Take a word that is neither a group nor a relation; `joins` for "and" and commas."""
    if word in _IT and reader.pending:
        for said in reader.pending:
            said.of_it, said.object = True, reader.haver
        reader.pending = []
    elif joins and word in _ALONG and reader.pending:
        reader.pending = []  # "what does the hook hold along with the gut" holds something else
    elif joins:
        reader.joined = True
    elif word in _HAS:
        reader.haver = reader.last
    elif word in _IS:
        # "The thing that the liver is left of is what?": what follows "is" is no object.
        reader.pending = []
        if reader.joined and reader.haver is not None and reader.said and reader.said[-1].of_it:
            reader.last = reader.haver  # "has the liver on its right and is within the omentum"
    elif word in {";", "?", "."}:
        reader.last, reader.joined, reader.haver, reader.pending = None, False, None, []
