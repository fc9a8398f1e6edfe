"""Sentences that ask about a whole picture: the commonest forms of OmniMedVQA, and others that mean the same.

Slots: `i` the picture, `n` what is asked for, `content` a word for all that a picture shows, `w` "what" or "which", `p`
what is said of it ("shown", "affected"), `be` the same behind "can be", `v` and `vs` what the picture does ("show",
"shows"), `do` another verb of it, `m` a manner before a verb and `degree` the adjective of it, `at` "in" or "on",
`part` what comes from something, `used`, `make` and `made` how the picture came about. Frames are tried from the top
when a text is read.
"""

from __future__ import annotations

from curriculum_kit.wordings.base import Variety
from curriculum_kit.writers.rules.frames import Frame, read_only
from curriculum_kit.writers.rules.meaning import PictureAsked

_S, _P, _O, _R = Variety.SYNTAX, Variety.PERSPECTIVE, Variety.ORDER, Variety.REGISTER

WHAT = (
    *read_only(
        "What is {p} {at} {i}?", "What can be {be}[ depicted] {at} {i}?", "What does {i} {v}?", "What appears in {i}?",
        "What do you see depicted in {i}?",
    ),
    Frame("What is {p} in {i}?", _S),
    Frame("What can be {be} in {i}?", _S),
    Frame("What does {i} {v}?", _S),
    Frame("What do you see in {i}?", _P),
    Frame("In {i}, what is {p}?", _O),
    Frame("Looking at {i}, what do you see?", _P),
    Frame("What is it that {i} {vs}?", _S),
    Frame("What would you say is {p} in {i}?", _P),
    Frame("{i} {vs} what?", _S),
    Frame("In {i}, what can be {be}?", _O),
    Frame("Looking at {i}, what is {p}?", _P),
    Frame("What is it that is {p} in {i}?", _S),
    Frame("What is to be seen in {i}?", _R),
)  # fmt: skip
"""A bare "what" is shown."""

SHOWN = (
    *read_only(
        "{w} {n} is {p} {at} {i}?",
        "What is the {p} {n} {at} {i}?",
        "What {is} the {n}[ that is| that are] {p} {at} {i}?",
        "What {is} the {n} that can be {be} {at} {i}?",
        "What is the {n} that {i} {vs}?",
        "{w} {n} {is} in {i}?",
        "{w} {n} appears in {i}?",
        "{w} {n} can be {be} {at} {i}?",
        "What {is} the {content} of {i}?",
        "What {is} the {n} {at} {i}?",
    ),
    Frame("{w} {n} {is} {p} in {i}?", _S),
    Frame("What {is} the {n} {p} in {i}?", _S),
    Frame("{w} {n} does {i} {v}?", _S),
    Frame("{w} {n} do you see in {i}?", _P),
    Frame("In {i}, {w} {n} {is} {p}?", _O),
    Frame("What is the name of the {n} {p} in {i}?", _R),
    Frame("Looking at {i}, {w} {n} do you see?", _P),
    Frame("{w} {n} can be {be} in {i}?", _S),
    Frame("{w} {n} would you say {is} {p} in {i}?", _P),
    Frame("{i} {vs} what {n}?", _S),
    Frame("What {is} the {n} that {i} {vs}?", _S),
    Frame("In {i}, what {is} the {n} that you see?", _O),
)
"""Something of a kind is shown."""

SAID = (
    *read_only("{w} {n} appears to be {p} {at} {i}?", "What {is} the {p} {n} {at} {i}?", "{w} {n} does {i} {m}{do}?"),
    Frame("{w} {n} {is} {p} in {i}?", _S),
    Frame("What {is} the {n} {p} in {i}?", _S),
    Frame("In {i}, {w} {n} {is} {p}?", _O),
    Frame("What is the name of the {n} that is {p} in {i}?", _R),
    Frame("Looking at {i}, {w} {n} {is} {p}?", _P),
    Frame("{w} {n} would you say {is} {p} in {i}?", _P),
    Frame("{w} {n} is it that is {p} in {i}?", _S),
    Frame("The {n} {p} in {i} is what?", _S),
    Frame("In {i}, what {is} the {n} that is {p}?", _O),
    Frame("What would you say {is} the {n} {p} in {i}?", _P),
)
"""Something else is said of it: it is affected, highlighted, identified."""

INSIDE = (
    *read_only("What {is} the {n} {p} {at} {i}?", "What {is} the {n} {at} {i}?"),
    Frame("What {is} the {n} in {i}?", _S),
    Frame("What {is} the {n} shown in {i}?", _S),
    Frame("In {i}, what {is} the {n}?", _O),
    Frame("Looking at {i}, what {is} the {n}?", _P),
    Frame("What would you say {is} the {n} in {i}?", _P),
    Frame("The {n} in {i} {is} what?", _S),
    Frame("Judging by {i}, what {is} the {n}?", _P),
    Frame("What do you take to be the {n} in {i}?", _R),
    Frame("What {is} the {n} that you see in {i}?", _P),
)
"""What something in the picture is."""

_FOCUSED = "focus on|concentrate on|target|emphasize on|emphasize|center on"
FOCUS = (
    *read_only(
        "{w} {n} do {i} {m}focus on?",
        *(f"{{w}} {{n}} does {{i}} {{m}}{verb}?" for verb in _FOCUSED.split("|")),
        "On {w} {n} does {i} {m}concentrate?", "{w} {n} is the {degree}focus in {i}?",
        *(f"{{w}} {{n}} is the {{degree}}{noun} of {{i}}?" for noun in ("subject", "focal point", "subject of focus")),
        *(f"{{w}} {{n}} is the {{degree}}{noun} in {{i}}?" for noun in ("subject of focus", "area of focus")),
        "What is the {n} that is the {degree}focus of {i}?",
    ),
    Frame("{w} {n} does {i} {m}focus on?", _S),
    Frame("{w} {n} is the {degree}focus of {i}?", _S),
    Frame("On {w} {n} does {i} {m}focus?", _R),
    Frame("What is the {n} that {i} {m}focuses on?", _S),
    Frame("{i} {m}focuses on what {n}?", _S),
    Frame("{w} {n} would you say {i} {m}focuses on?", _P),
    Frame("Looking at {i}, {w} {n} is the {degree}focus?", _P),
    Frame("{w} {n} would you name as the {degree}focus of {i}?", _P),
    Frame("In {i}, {w} {n} is the {degree}focus?", _O),
)  # fmt: skip

_PART = "[ depicted| displayed| shown| visible]"
ORIGIN = (
    *read_only(
        f"{{w}} {{n}} does the[ depicted| displayed| pictured] {{part}}{_PART} in {{i}} come from?",
        f"{{w}} {{n}} does the {{part}}{_PART} in {{i}} originate from?",
        f"From {{w}} {{n}} does the {{part}}{_PART} in {{i}} originate?",
        "From {w} {n} does this {part} in {i} originate?",
        "{w} {n} does the[ depicted| displayed| pictured] {part} originate from?",
        "From {w} {n} <does|did> the[ depicted| displayed| pictured] {part} originate?",
        f"What is the name of the {{n}} that the {{part}}{_PART} in {{i}} originates from?",
        f"What is the name of the {{n}} from which the {{part}}{_PART} in {{i}} originates?",
        "What is the name of the {n} where the {part} in {i} originates from?",
    ),
    Frame("{w} {n} does the {part} in {i} come from?", _S),
    Frame("From {w} {n} does the {part} in {i} originate?", _R),
    Frame("What is the name of the {n} that the {part} in {i} comes from?", _R),
    Frame("The {part} in {i} comes from what {n}?", _S),
    Frame("Looking at {i}, {w} {n} does the {part} come from?", _P),
    Frame("In {i}, from {w} {n} does the {part} originate?", _O),
    Frame("{w} {n} would you say the {part} in {i} comes from?", _P),
    Frame("What is the {n} from which the {part} in {i} originates?", _S),
    Frame("The {part} in {i} is from what {n}?", _S),
)  # fmt: skip

BELONGS = (
    *read_only(
        f"{{w}} {{n}} does the[ depicted| displayed| pictured] {{part}}{_PART} in {{i}} belong to?",
        f"From {{w}} {{n}} does the {{part}}{_PART} in {{i}} belong?",
        "{w} {n} does the[ depicted| displayed| pictured] {part} belong to?",
        f"What is the name of the {{n}} to which the {{part}}{_PART} in {{i}} belongs?",
    ),
    Frame("{w} {n} does the {part} in {i} belong to?", _S),
    Frame("To {w} {n} does the {part} in {i} belong?", _R),
    Frame("What is the name of the {n} that the {part} in {i} belongs to?", _R),
    Frame("The {part} in {i} belongs to what {n}?", _S),
    Frame("Looking at {i}, {w} {n} does the {part} belong to?", _P),
    Frame("In {i}, to {w} {n} does the {part} belong?", _O),
    Frame("{w} {n} would you say the {part} in {i} belongs to?", _P),
    Frame("What is the {n} to which the {part} in {i} belongs?", _S),
)

MADE = (
    *read_only(
        "{w} {n} {was} {used} to {make} {i}?", "{w} {n} {was} {used} for {make} {i}?", "{w} {n} {made} {i}?",
        "Through {w} {n} {was} {i} {made}?", "By {w} {n} {was} {i} {made}?", "With {w} {n} {was} {i} {made}?",
        "Using {w} {n} {was} {i} {made}?", "What {was} the {n}[ that was| that is| being] {used} to {make} {i}?",
        "What {was} the {n}[ that was| that is] {used} for {make} {i}?", "{w} {n} was {i} {made} with?",
        "{w} {n} {was} {used} in {make} {i}?", "In {w} {n} {was} {i} {made}?", "In {make} {i}, {w} {n} {was} {used}?",
        "{w} {n} {was} {used} for {i}[ capture]?", "{w} {n} {was} {used} for the capture of {i}?",
        "What {was} the {n} {used} for the capture of {i}?",
    ),
    Frame("{w} {n} was used to {make} {i}?", _S),
    Frame("With {w} {n} was {i} {made}?", _S),
    Frame("What is the {n} used to {make} {i}?", _S),
    Frame("{i} was {made} with what {n}?", _S),
    Frame("Looking at {i}, {w} {n} was used to {make} it?", _P),
    Frame("{w} {n} would you say was used to {make} {i}?", _P),
    Frame("To {make} {i}, {w} {n} was used?", _O),
    Frame("{w} {n} produced {i}?", _R),
    Frame("What is the name of the {n} used to {make} {i}?", _R),
    Frame("By means of {w} {n} was {i} {made}?", _R),
)  # fmt: skip

EXIST = (
    *read_only(
        "Is there an? {n} {p} in {i}?", "Is there an? {n} in {i}?", "Are there {n} in {i}?",
        "{is} there any[ visible] {n} {p} in {i}?", "Does {i} {v} any[ visible] {n}?", "Does {i} {v} an? {n}?",
        "{is} any {n} {p} in {i}?", "Can any {n} be {be} in {i}?", "Can you <see|observe> any {n} in {i}?",
        "Are any {n} present in {i}?", "{is} there any visible {n} in {i}?",
    ),
    Frame("{is} there any {n} in {i}?", _S),
    Frame("Does {i} {v} any {n}?", _S),
    Frame("Can any {n} be {be} in {i}?", _S),
    Frame("Do you see any {n} in {i}?", _P),
    Frame("In {i}, {is} there any {n}?", _O),
    Frame("Looking at {i}, do you see any {n}?", _P),
    Frame("{is} any {n} visible in {i}?", _S),
    Frame("Can you make out any {n} in {i}?", _R),
)  # fmt: skip

FRAMES = {
    PictureAsked.FOCUS: (FOCUS,),
    PictureAsked.ORIGIN: (ORIGIN,),
    PictureAsked.BELONGS: (BELONGS,),
    PictureAsked.MADE: (MADE,),
    PictureAsked.EXIST: (EXIST,),
    PictureAsked.SHOWN: (WHAT, SHOWN, SAID),
    PictureAsked.INSIDE: (INSIDE,),
}
