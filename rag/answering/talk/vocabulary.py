"""The words that talk is made of.

A remark is talk only when it has no other word: one name or noun from outside of these
sets, and it is searched for.
"""

from __future__ import annotations

from rag.text import lexicon
from rag.text.sentences import STOPWORDS


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They change nothing about what a remark is.
FILLERS = STOPWORDS | _set(
    "anybody anyone bit bot chatbot computer dear dude else everybody everyone friend fine folks "
    "get getting give go going gonna got guys ill im ive let lets like little lot lots machine "
    "man mate need needed really now oh one ok okay pal people please pls plz quite sir something "
    "somebody someone stuff team today tell thing things think time try u uh um ur us want wanna "
    "well yeah yes hm hmm ah aha oops dateline you've we're you're they're don't doesn't can't "
    "isn't i'm i'll i've i'd it's that's there's you're let's what's who's how's where's whats "
    "hows whos thats wanted"
)

OPENERS = _set(
    "hi hello hey hiya howdy heya yo hallo greetings morning afternoon evening sup wassup whatsup "
    "bye goodbye byebye cya farewell night later cheerio goodnight"
)
GRATITUDE = _set(
    "thanks thank thx thankyou ty tysm tnx cheers appreciate appreciated grateful helpful great "
    "nice cool perfect awesome brilliant excellent amazing wonderful fantastic lovely super good "
    "interesting job done clear useful got"
)
_COURTESY = _set("good day nice meet see welcome back soon")
GREETING = OPENERS | _COURTESY
DISMISSALS = _set(
    "stupid dumb useless idiot idiotic rubbish crap shit bullshit fuck fucking fucked suck sucks "
    "hate bad worst terrible awful boring wrong incorrect lame garbage nonsense moron shut damn "
    "hell lol lmao rofl haha hahaha whatever meh wow hm hmm huh test testing blah bla lala nope "
    "nah yep yup sure right true false maybe never mind idk annoying silly ugly fool liar lying "
    "bye crazy broken joke kidding sorry nothing yes no ok okay yeah really"
)

# What one asks of the program and its archive.
ASKING_HELP = _set(
    "help ask asking asked use used using usage work works working question questions example "
    "examples start begin started instruction instructions tutorial tips commands guide manual "
    "explain feature features function functions search find type enter able capable abilities "
    "ability need answer answers reply options allowed possible show come comes know trust "
    "reliable supposed capabilities sample samples assist support"
)
ABOUT_CONTENTS = _set(
    "archive archives article articles collection database corpus library document documents text "
    "texts paper papers newspaper newspapers publisher publishers publication publications source "
    "sources topic topics subject subjects theme themes content contents coverage cover covers "
    "covered covering include included includes contain contains contained inside hold holds "
    "stored story stories many big large size old oldest newest far back year years period "
    "periods date dates range available kind kinds sort sorts type types news statistics stats "
    "index indexed data language languages latest recent first last earliest list reports learn "
    "read know knowledge show total number from until items"
)
ABOUT_ITSELF = _set(
    "name called bot robot chatbot human person real machine ai computer program software app "
    "application assistant alive made built created creator creators maker makers developer "
    "developers developed owner model llm gpt chatgpt dateline yourself introduce purpose trained "
    "run runs behind company wrote programmed intelligence artificial site website tool service "
    "page talking speaking chatting old being thing make"
)
# The program, or what it shows of itself. The others stand for it only where no one has
# spoken of something else before.
PROGRAM = _set("you u your yours yourself ur dateline archive database corpus collection app")
HERE = _set("here this chatbot bot articles sources publishers topics")
SELF = _set("i me my")
# People who stand before.
OTHERS = _set("he she they him them his her hers their theirs")
# What one who asks for help wants to do.
DOING = _set("ask use search find help show start begin type enter try read")

SPEAKING = _set("speak understand talk answer reply write know translate")
LANGUAGES = _set(
    "arabic bengali chinese czech danish dutch english finnish french german greek hebrew hindi "
    "hungarian indonesian italian japanese korean mandarin norwegian persian polish portuguese "
    "romanian russian spanish swedish thai turkish ukrainian urdu vietnamese"
)
QUESTION_WORDS = lexicon.QUESTION_WORDS | _set("whats whos hows")
# What one word or two of them ask, whoever they are said to.
ASKED_ALONE = _set(
    "help instruction instructions manual guide tutorial commands example examples question "
    "questions statistics stats tips sample"
)
# They stand in requests of each kind, and tell nothing about which it is.
AMBIGUOUS = _set(
    "know knowledge news show answer answers type list many data large old number from until "
    "recent latest last first thing being make run runs about learn dateline language languages "
    "work works include size page big kind kinds sort sorts type types year years"
)
