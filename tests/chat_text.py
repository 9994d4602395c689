"""CHAT lines that tests read, and how they tell what came of them."""

from __future__ import annotations

import pylangacq
from lalia.data_schemas import (
    Kind,
    Recording,
    Transcript,
    Utterance,
)

RECORDING = Recording(recording_id="rec-1", participant_id="p1", path="Jane_Doe.wav", sex="F", age=67.5)
HEAD = """@UTF8
@Begin
@Languages:\teng
@Participants:\tPAR Jane Participant, INV Investigator
@ID:\teng|corpus|PAR|67;06.|female|||Participant|||
@ID:\teng|corpus|INV|||||Investigator|||
"""


def told(transcript: Transcript) -> str:
    return " ".join(transcript.notes)


def kinds(utterance: Utterance) -> str:
    """Each event as text, with a letter for its kind unless it is a word."""
    letters = {
        Kind.WORD: "", Kind.FILLER: "/f", Kind.FRAGMENT: "/g", Kind.REPEATED: "/r", Kind.REVISED: "/v",
        Kind.UNINTELLIGIBLE: "/u", Kind.NONVERBAL: "/n", Kind.PAUSE: "/p",
    }  # fmt: skip
    return " ".join(word.text + letters[word.kind] for word in utterance.words)


# Main line, and the events it must give; from the examples and rules of the CHAT manual.
LINES = {
    "hello there .": "hello there",
    "&-um well &+fr friend &~gaga .": "um/f well fr/g friend gaga/g",
    "&uh I saw the &br bread .": "uh/f I saw the br/g bread",
    "um@fp yes .": "um/f yes",
    "the [/] the boy .": "the/r the boy",
    "<the boy> [/] the boy ran .": "the/r boy/r the boy ran",
    "<<a b> [/] a b c> [//] d .": "a/r b/r a/v b/v c/v d",
    "<the &-uh dog (.)> [//] the cat .": "the/v uh/f dog/v (.)/p the cat",
    "I went [///] he came .": "I went/v he came",
    "<so you> [/-] no .": "so/v you/v no",
    "and xxx then yyy www .": "and xxx/u then yyy/u www/u",
    "&=laughs I miss her &=ges:wave .": "laughs/n I miss her ges:wave/n",
    "a (.) or (..) cat (...) or (2.3) what (1:05.2) .": "a (.)/p or (..)/p cat (...)/p or (2.3)/p what (1:05.2)/p",
    "he 0is going 0det home .": "he going home",
    "0 [=! crying] .": "",
    "mine &*INV:mhm is big .": "mine is big",
    "(be)cause (un)til somethin(g) .": "because until something",
    "no:: ba^na:na ˈreal .": "no banana real",
    "ice_cream black+board .": "ice_cream blackboard",
    "b@l woof@o hola@s:spa gumma@c .": "b woof hola gumma",
    "↑so↓ °soft° ↫c-c↫cat ⌈yes⌉ .": "so soft cat yes",
    "no [x 3] .": "no/r no/r no",
    "<bye bye> [x 2] .": "bye/r bye/r bye bye",
    "brella@n [: umbrella] [* p:n] goed [* m:=ed] .": "brella goed",
    "well , I said “come on” ; yes .": "well I said come on yes",
    "„ so ‡ go [!] there [!!] [?] [= the park] [% points] [>] .": "so go there",
    "+< that sounds nice .": "that sounds nice",
    '+" hello again .': "hello again",
    "dog . [+ exc]": "dog",
    "&-uh [/] &-uh I [/] &-um I .": "uh/f uh/f I/r um/f I",
    "# so #2 then .": "#/p so #2/p then",
    "we [<] <two three> [>1] go +//.": "we two three go",
}

TERMINATORS = [".", "?", "!", "+...", "+..?", "+!?", "+/.", "+/?", "+//.", "+//?", '+"/.', '+".', "+."]


def oracle(text: str) -> list[str]:
    """Words another reader finds."""
    return [w for w in pylangacq.CHAT.from_strs([text]).words() if any(c.isalnum() for c in w)]
