"""Does the form of an option give the right one away?

`features` makes what may tell options apart, `search` counts every rule over it, `proof` tells form from the labels'
prior, `rules` reports what is left, `names` says it in words.
"""

from curriculum_kit.audit.formats.rules import AS_GIVEN, AS_SHOWN, format_findings

__all__ = ["AS_GIVEN", "AS_SHOWN", "format_findings"]
