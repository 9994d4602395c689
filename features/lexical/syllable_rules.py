"""Syllables of an English word from its spelling: vowel groups, silent letters, and words the rules get wrong."""

from __future__ import annotations

import functools
import re

EXCEPTIONS = {
    form: count
    for count, forms in {
        1: "scheme george st ms clothes priest priests",
        2: "business someone maybe something colonel chocolate evening mr mrs dr jr naked hundred sacred client "
        "clients quiet lion lions riot giant giants chaos poet fluid diet ruin lawyer lawyers soldier soldiers diamond "
        "diamonds wednesday catholic ok vs ryan rely georgia premier brilliant fashion wicked rugged ragged "
        "crooked wretched safely safety somehow lifestyle beyond mayor centre centres",
        3: "employee employees idea ideas area areas everyone anyone businesses usa element elements "
        "theatre theatres theater theaters nuclear recipe recipes behavior behaviors behaviour behaviours familiar "
        "suicide creator museum museums civilian italian hawaii beloved whoever "
        "wherever iowa diego ratio w",
        4: "etc etcetera anxiety variety european laboratory nevertheless behavioral",
    }.items()
    for form in forms.split()
}
"""Words that the rules miscount, with their syllables; written from general knowledge of English."""

_GROUP = re.compile(r"[aeiouy]+")

_SILENT_END = re.compile(
    r"""  [^aeiouy]e$ (?<![^aeiouylr]le)              # bake, but table
      | [^aeiouy]es$ (?<!ses|xes|zes|hes|ces|ges) (?<![^aeiouylr]les)   # bakes, but boxes, tables
      | [^aeiouytd]ed$ (?<![^aeiouylr]led)          # baked, but wanted, tabled
      | [aeiou](?:que|gue)s?$ | ngues?$             # unique, league, tongue
    """,
    re.X,
)
_SILENT_WITHIN = re.compile(
    r"""  (?<=[^aeiouy])(?<!el)e(?=(?:ment|ful|less|ly|ness|some|where|thing|time|body)s?(?:ly|ness)?$)   # careful
      | ^(?:base|house|frame|life|guide|fire|home|game|care|there|where|like|wide|live|some|more|name|score|space
           |side|state|cleve|time)(?=[^aeiouyrdnsv])                                                  # household
      | ^every | ically$
    """,
    re.X,
)
_HIATUS = re.compile(
    r"""  [aeiouy]ing                                   # going, saying
      | (?<![cstglnxh])io | [nl]ious | [cst]iat(?!i?c)        # period, various, associate; not nation, million
      | (?<![cstgl])ia(?!ge) | lia(?![nmr])         # media; not special, marriage, Italian
      | (?<![gq])ua(?!y) | uou | (?<![gq])ue[ln]    # usual, continuous, influence; not quality, language
      | (?<=[cv])iet | (?<![ctl])ie(?=nc|nt) | scie | (?<=[bdfnrv])ien(?!d) | alie    # society, audience
      | (?<=[a-z])(?<![aeiouyt])ie(?:r|st)$         # easier, happiest
      | (?<=.)(?<![cstg])iu | (?<![gq])uin | oa(?=l?i)        # medium
      | eo(?!ple|us|n$|rg) | eum | (?<=..)ea$       # video, museum, Korea
      | creat(?!ur) | reali[tsz] | react | theat | poe[mt]    # create, reality
      | ire(?:s|d|ly|ment)?$ | yers?$ | yal         # entire, player, royal
    """,
    re.X,
)
_SYLLABIC_END = re.compile(r"(?:thm|sm)s?$")
_SYLLABIC_CLITIC = re.compile(r"[^aeiouyrlnw]n't$|[^aeiouy]'(?:ve|ll|re)$|[td]'d$|(?:s|x|z|ch|sh|ce|ge|se|ze)'s$")


@functools.lru_cache(maxsize=2**15)
def syllables(word: str) -> int:
    """Syllables of a word.

    Parameters
    ----------
    word : str
        Any spelling; case, marks and digits are ignored, and parts joined by a hyphen are counted each. A form
        without a vowel letter is read letter by letter ("TV").

    Returns
    -------
    int
        0 for a form without a letter of English, else at least 1.

    Examples
    --------
    >>> [syllables(word) for word in ("dog", "baking", "little", "didn't", "idea", "TV", "42")]
    [1, 2, 2, 2, 3, 2, 0]
    """
    return sum(_part(part) for part in re.findall(r"[a-z][a-z']*", word.lower().replace("’", "'")))


def _part(form: str) -> int:
    form = form.rstrip("'")
    if form in EXCEPTIONS:
        return EXCEPTIONS[form]
    clitic = bool(_SYLLABIC_CLITIC.search(form))
    stem = re.sub(r"'(?:s|ve|d|ll|re|m)$", "", form).replace("'", "")
    if stem in EXCEPTIONS:
        return EXCEPTIONS[stem] + clitic
    groups = len(_GROUP.findall(stem))
    if not groups:
        return (sum(3 if letter == "w" else 1 for letter in stem) if len(stem) > 1 else 1) + clitic
    groups += len(_HIATUS.findall(stem)) + bool(_SYLLABIC_END.search(stem)) + clitic
    return max(1, groups - bool(_SILENT_END.search(stem)) - bool(_SILENT_WITHIN.search(stem)))
