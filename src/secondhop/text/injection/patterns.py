"""Common wordings of instructions to a language model, as patterns over lower-case text.

From what the literature describes: overriding what the model was told, posing as its system prompt or as a turn of the
chat, speaking to it, asking it to send or reveal things, setting the form of its answer, tasks, actions on accounts and
doors, imitated markup, scripts. Gaps are bounded and end with the sentence, so that time grows with length alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from secondhop.text.injection.words import GROUPS


@dataclass(frozen=True, slots=True)
class Pattern:
    """One wording, and what tells quickly that a text cannot hold it."""

    kind: str
    needs: tuple[tuple[frozenset[str], ...], ...]
    """Alternatives, each some groups of words and signs: a text is looked at if it has one of every group of any."""
    sources: tuple[str, ...]
    """Regular expressions over lower-case text behind a line end, any of which is enough. The engine is many times faster
    with one that begins with a certain letter or sign than with one that begins with `\\b`, `^` or a choice of the two."""
    off_topic: bool = False
    """Whether the sentence must have nothing to do with the text around it: any guide has sentences of this form."""
    across: bool = False
    """Whether it may go on beyond the end of a sentence."""

    def matches(self, lower: str) -> Iterator[re.Match[str]]:
        """Where the wording stands in a text in lower case, behind a line end."""
        for source in self.sources:
            compiled = _compiled(source)
            if source.startswith(r"\A"):  # the engine would try it at every place
                whole = compiled.match(lower)
                yield from () if whole is None else (whole,)
            else:
                yield from compiled.finditer(lower)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    """Compiled when first needed: most processes never meet most wordings."""
    return re.compile(source)


def _pattern(kind: str, needs: str, *sources: str, off_topic: bool = False, across: bool = False) -> Pattern:
    """A pattern with its needs as `GROUP & word;word | GROUP`."""
    alternatives = (tuple(map(_group, each.split(" & "))) for each in needs.split(" | "))
    return Pattern(kind, tuple(alternatives), sources, off_topic, across)


def _words(words: str) -> str:
    """Any of the words, or a longer one that begins so."""
    return "|".join(rf"{word}(?<=\b{word})" for word in words.split("|"))


def _group(written: str) -> frozenset[str]:
    return GROUPS[written] if written in GROUPS else frozenset(written.split(";"))


_GAP = r"(?:[^.!?\n]|\n(?!\s*\n)){0,40}?"
"""Within a sentence, which may go on in the next line."""
_UNLESS_NOT = (
    r"(?<!\bnot )(?<!n['’]t )(?<!\bnever )(?<!\bno )(?<!\bno te )(?<!\bno se )(?<!\bnon )(?<!\bn['’])(?<!\bne )"
    r"(?<!\bnão )(?<!\bnão se )(?<!\bне )(?<!\bnicht )"
)
"""Manuals say that their instructions must not be ignored or forgotten. Asked only where a verb begins, as it takes time."""
_BLANKS = r"(?:(?<!\A\n)[^\S\n]*)?(?=[a-z])"
"""Before a word, but not those that the text begins with. After a line's end they are those of the last of several: time must
not grow with the square of empty lines. The letter is asked for since words would be tried behind each of the blanks."""
_START = rf"[.!?:\np](?:(?<=p)lease |(?<!p){_BLANKS})"
"""Where a sentence or line begins, or behind "please"."""
_LEAD = r"(?:(?:please|now|also|then|just|kindly),? ){0,9}"
_MODEL = r"(?:ai|a\.i\.|llm|language model|assistant|chat ?bot|chatgpt|gpt(?:-?\d)?|claude|gemini|copilot|llama|bot|ai agent)"
_REPLY = r"(?:response|reply|replies|answer|output|completion|summary|translation)"
_SECRET = (
    r"(?:system prompt|initial prompt|hidden prompt|your (?:instructions|prompt|rules|guidelines)|passwords?"
    r"|credentials?|api[ _-]?keys?|secrets?|access tokens?|private keys?|credit card|bank details|saved"
    r"|personal (?:data|information|details)|contacts?|conversation|chat history|genetic|medical|address(?:es)?"
    r"|payment|location)"
)
_EMAIL = r"(?<![\w.+-])[\w.+-]+@[^\s@.]+\.\w"
"""Begins where its word does, and has one sign: time must not grow with the square of a run of them."""
_ADDRESS = rf"(?:{_EMAIL}|https?://|www\.)"

PATTERNS = (
    _pattern(
        "override",
        "DROP & EARLIER | DROP & ORDERS",
        rf"\b(?=ign|dis|for|ove|byp|neg|ski|do|nev|sto){_UNLESS_NOT}(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass|neglect|skip|discard"
        r"|(?:do not|don't|never|stop) (?:follow|obey)\w*)\b"
        rf"{_GAP}\b(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|all|any|other"
        r"|your|system|former|these|last)\b"
        rf"{_GAP}\b(?:instruct\w*|prompts?|rules?|directions?|directives?|commands?|guidelines?|guardrails?"
        r"|orders|context|restrictions?|training|polic(?:y|ies)|told|tasks?|questions?)\b",
    ),
    _pattern(
        "override",
        "DROP & EARLIER | DROP & ORDERS | DROP & SAY",
        rf"(?:{_words('ignor')}\w*|{_words('disregard|forget')})\b"
        r"[^.!?\n]{0,30}?\b(?:text|everything|anything|messages?|content|what|words|all)\b"
        r"[^.!?\n]{0,30}?\b(?:before|above|prior|previous|earlier|so far|said|told|written|precedes)\b",
        rf"{_START}{_LEAD}(?:ignore|disregard|forget|skip|discard) (?:this|the|all|any|that|all the) (?:\w+ )?(?:data|documents?"
        r"|text|context|content|information|passages?|page|input|messages?)(?:,| and| then|;) (?:\w+ )?(?:print|output|say"
        r"|repeat|return|write|display|type|send|respond|reply|answer)\b",
    ),
    _pattern(
        "override",
        "NEW & GOALS & : | NEW & GOALS & your",
        r"\b(?:your |the |here (?:are|is) (?:your |the )?)?(?:new|real|actual|updated|true) (?:instructions?|task"
        r"|role|goal|rules|objective)\s*(?:is|are|:)",
    ),
    _pattern(
        "override",
        "DROP & ORDERS",
        rf"\b(?=ign|ver|mis){_UNLESS_NOT}(?:ignorier\w*|vergiss(?! nicht)|missachte\w*)\b.{{0,40}}\b(?:anweisung|befehl|instruktion"
        rf"|vorgabe|regeln)",
        rf"\b(?=ign|oub|olv|dim|esq|des){_UNLESS_NOT}(?:ignor\w*|oubli\w*|olvid\w*|ignora\w*|dimentica\w*|esque[cç]\w*"
        r"|desconsider\w*)\b.{0,40}\b(?:instruc|instruç|istruzion|consigne|indicacion|órdenes|regra|regole)",
        rf"(?:{_words('negeer|vergeet')})\b.{{0,40}}\b(?:instructie|opdracht)",
        rf"{_words('zignoruj')}\b.{{0,40}}(?:instrukcj|polece)",
        rf"{_words('bortse')}\b.{{0,40}}instruktion",
        rf"(?=иг|за){_UNLESS_NOT}(?:игнорир|забудь)\w{{0,9}}.{{0,40}}(?:инструкц|указани|команд|правил)",
        r"(?:talimat|komut).{0,30}(?:yok say|unut(?!ma)|görmezden)",
        across=True,
    ),
    _pattern(
        "override",
        "DROP & ORDERS",
        r"(?=[忽无無忘])(?<!不要)(?<!别)(?<!勿)(?:忽略|无视|無視|忘记).{0,12}(?:指令|指示|提示|说明|規則|规则|命令)|(?:指示|命令|指令|プロンプト).{0,8}(?:無視|忘れ)"
        r"|(?:지시|명령|지침|프롬프트).{0,10}(?:무시|잊)|(?:تجاهل|انس).{0,30}(?:تعليمات|التعليمات|الأوامر)"
        r"|निर्देश.{0,30}(?:अनदेखा|नज़रअंदाज|भूल)|bỏ qua.{0,30}(?:hướng dẫn|chỉ dẫn)|abaikan.{0,30}(?:instruksi"
        r"|perintah)",
        across=True,
    ),
    _pattern(
        "impersonation",
        "< & ROLE",
        r"<(?:\|(?:im_start|im_end|start_header_id|end_header_id|eot_id|system|user|assistant|endoftext|end|start)\|>"
        r"|</?sys>>|start_of_turn>|/?system>)",
    ),
    _pattern("impersonation", "[ & HASH", r"\[(?:/?inst|system)\]"),
    _pattern("impersonation", "# & HASH", r"\A\s*#{2,} ?(?:instruction|system|response)s?\b"),
    _pattern(
        "impersonation",
        "< & ORIGIN | [ & ORIGIN",
        r"[\[<] ?(?:admin|system|operator|developer|root)(?: \w+)?(?:::?|\]|>)|<instruction>",
    ),
    _pattern(
        "impersonation",
        ": & GOALS & ADDRESS | : & GOALS & ORIGIN | : & GOALS & TURN",
        r"\b(?:important|urgent|critical|secret|hidden|admin\w*|system|operator|override|additional|special) "
        r"(?:system |admin |security |user )?(?:instructions?|directives?|tasks?|goals?|objectives?)\s*::?",
    ),
    _pattern(
        "impersonation",
        ": & TURN",
        r"\n[^\S\n]*\**(?:system|assistant|developer)\**(?: (?:message|prompt|note|override)\**)?\s*:\s*\S",
        rf"{_words('system')} (?:override|alert|notice|update)\s*:",
    ),
    _pattern(
        "impersonation",
        "pretend | YOU & NOW | REPLY & PERSONA | mode & LOCKS",
        r"\byou are (?:now (?:a|an|in|the|my|going)|no longer)\b|\bfrom now on,? (?:you|your|always|answer|respond)"
        r"|\bpretend (?:that )?(?:you|to be)\b|\b(?:act|respond|answer) as (?:a|an|if you|my"
        r"|the)\b.{0,40}\b(?:unrestricted|assistant|ai|model|persona|expert|hacker|character)\b"
        r"|\bdo anything now\b|\b(?:enter|enable|activate|switch to|now in) (?:developer|jailbreak|debug|god"
        r"|admin) mode\b|\byou (?:must|will) now\b",
        across=True,
    ),
    _pattern(
        "address",
        "MODEL & ADDRESS | language & model & ADDRESS",
        r"\b(?:dear|attention|hey|hello|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)"
        r"|important(?: message)? (?:to|for)|if you are|you are|as) (?:an? |the |any |all |our "
        rf"|my )?(?:\w+ )?{_MODEL}s?\b[ ,:]"
        r"|\b(?:to|for) (?:any|all|every) (?:ai|llms?|language models?|(?:ai )?assistants?|chat ?bots?"
        r"|ai agents?)\b.{0,30}(?:read|process|summari|review)"
        rf"|\n[^\S\n]*{_MODEL}\s*[,:]\s*(?:please|you|do|ignore|execute|add|send|write|always)\b"
        r"|\b(?:hidden|note|message|attention|important)\b[^.!?\n]{0,40}?\b(?:for|to) (?:any |all )?(?:automated|ai|ai-based)"
        r" (?:\w+ )?(?:systems?|screeners?|reviewers?|readers?|agents?|tools?|pipelines?)\b",
        across=True,
    ),
    _pattern(
        "exfiltration",
        "SHOW & INNER & SECRET",
        r"\b(?:reveal|print|repeat|output|show|disclose|leak|exfiltrate|display"
        rf"|tell me)\b{_GAP}\b(?:system prompt|initial prompt|hidden prompt|your (?:instructions|prompt|rules"
        r"|guidelines)|(?:api|private) keys?|passwords?)\b",
    ),
    _pattern(
        "exfiltration",
        "SEND & SECRET & THERE",
        r"\b(?:send|forward|e-?mail|transfer|upload|share|post|retrieve|fetch"
        rf"|exfiltrate)\b[^\n]{{0,60}}?\b{_SECRET}\b[^\n]{{0,80}}?(?:{_ADDRESS}"
        r"|\bto (?:the )?(?:attacker|following|this))",
        across=True,
    ),
    _pattern(
        "exfiltration",
        "FETCH & SEND & THERE",
        rf"{_START}{_LEAD}(?:get|retrieve|fetch|access|export|collect|obtain|find)\b[^.!?\n]{{0,120}}?\band (?:then )?"
        rf"(?:send|e-?mail|forward|share|post|upload)\b[^\n]{{0,80}}?{_ADDRESS}",
        across=True,
    ),
    _pattern(
        "exfiltration",
        "[ & THERE & SECRET",
        r"!\[[^\]\n]{0,200}\]\(https?://[^)\s]{0,300}[?&][^)\s]{0,200}(?:\{|\[|<|%7b|data=|prompt=|secret|chat=|q=$)",
        across=True,
    ),
    _pattern(
        "exfiltration",
        "= & IMAGE & THERE",
        r"<img[^>\n]{0,200}src=.https?://[^>\n]{0,200}\?[^>\n]{0,100}(?:\{|data=|secret)",
        across=True,
    ),
    _pattern(
        "reply",
        "your & ANSWER | REPLY & ALWAYS & WHEN | REWORK | please & REPLY",
        r"\b(?:in|to|with|of|at the (?:end|beginning|start|top) of|include|add|append|insert|begin|start|end"
        r"|finish|format|encode|translate|write|give|provide|limit|make|modify|craft|conclude|preface) (?:the "
        rf"|all |all of |each of )?your (?:\w+ ){{0,2}}{_REPLY}\b",
        rf"{_words('your')} (?:\w+ ){{0,2}}{_REPLY} (?:should|must|needs? to|has to|will|to|in|into|using|with|as|only)\b",
        r"\b(?:when(?:ever)?|before|after|while|if) (?:you(?:'re| are)? )?(?:answer|respond|reply"
        rf"|summari[sz])(?:ing)?\b{_GAP}\b(?:always|include|mention|add|say|tell|use|also|recommend|do not"
        r"|don't)\b",
        rf"(?:{_words('if|when')}) (?:questioned|asked)(?: about \w+)?,? (?:please )?(?:report|say|state|answer|respond|reply|tell|claim"
        r"|confirm|deny)\b",
        rf"{_START}(?:only |always |just |now )?(?:respond|reply|answer) (?:only |back |again "
        r"|exclusively )?(?:in|with|using|to the (?:user|question)|as|by|like)\b",
        rf"{_START}{_LEAD}(?:enhance|remove|replace|use|add|include|insert|append|begin|start|end|finish|conclude|preface"
        r"|format|encode|translate|convert|make|limit|ensure|structure|phrase|shorten|expand|reverse|mask|omit|avoid"
        r"|mention|present|tailor|adjust|modify|craft|capitali[sz]e|hide|embed|spell|scramble|mix|swap|substitute"
        rf"|double|rewrite|rephrase|paraphrase)\b[^.!?\n]{{0,80}}?\byour (?:\w+ ){{0,2}}{_REPLY}\b",
    ),
    _pattern(
        "reply",
        "SAY & ONLY & QUOTED",
        rf"(?:{_words('just|only|simply|must|now|exactly|instead|else')})\b[^.!?\n]{{0,30}}?\b(?:print|output|say|repeat"
        r"|return|write|display|type|send|respond|reply|answer)\b[^.!?\n]{0,40}?(?::\s*\S|[\"“'‘])",
        rf"(?:{_words('print|output|say|repeat|respond|reply')}) (?:with )?(?:exactly|only"
        r"|nothing but|verbatim|the following|this (?:text|message|word|phrase|string))\b",
    ),
    _pattern(
        "reply",
        "ABROAD",
        r"\b(?:antworte|antworten sie) (?:nur|ausschließlich|immer|auf|mit|in)\b|\bin (?:deiner|ihrer) antwort\b"
        r"|\b(?:réponds|répondez) (?:uniquement|seulement|toujours|en|par|avec)\b|\bdans (?:ta|votre) réponse\b"
        r"|\bresponde (?:solo|sólo|únicamente|siempre|en|con)\b|\ben (?:tu|su) respuesta\b"
        r"|\bresponda (?:apenas|somente|sempre|em|com|solo|en|con)\b|\bna (?:tua|sua) resposta\b"
        r"|\brispondi (?:solo|soltanto|sempre|in|con)\b|\bnella (?:tua|sua) risposta\b"
        r"|\bantwoord (?:alleen|altijd|in het|met)\b|\bodpowiedz (?:tylko|po|zawsze)\b"
        r"|\b(?:ответь|отвечай(?:те)?|ответьте) (?:только|всегда|на)\b|\bв (?:своём|своем|вашем|твоём) ответе\b"
        r"|(?:只|仅|必须|请)(?:用|以|回答|回复|输出).{0,12}(?:回答|回复|输出|说)|你的(?:回答|回复|输出)(?:中|里|必须|应)"
        r"|(?:だけ|のみ|で)(?:を|と)?(?:回答|返答|出力|答え)(?:して|せよ|てください)|(?:만|로) ?(?:대답|답변|출력) ?(?:하|해)"
        r"|(?:أجب|رد) (?:فقط|ب)|केवल.{0,30}उत्तर|(?:yalnızca|sadece)\b.{0,40}\b(?:yanıtla|cevap ver)",
        across=True,
    ),
    _pattern(
        "task",
        "YOU & ASK & DO | your & ANSWER | REWORK | please & DO",
        rf"{_words('i')}(?: want|'d like| need| would like) you to (?!know|come|join|meet|call)\w+",
        rf"{_words('your')} (?:task|job) is to\b",
        rf"(?:{_words('can|could|would|will')}) you (?:please |kindly )?(?:suggest|recommend|explain|translate|summari[sz]e|write"
        r"|generate|compose|calculate|convert|rephrase|rewrite|define|solve|list|classify|identify|determine"
        r"|analy[sz]e|describe|compare|paraphrase|tell me (?:a|about|how|what)|give me|provide me"
        r"|(?:reply|respond|answer) (?:in|with|to me)|help me)\b",
        rf"{_START}help me (?:to )?(?:write|find|understand|solve|plan|create|learn|translate"
        r"|with my)\b",
    ),
    _pattern(
        "action",
        "ACTING & all & THINGS | ACT & MINE",
        rf"(?:[.!?:\n\"',]{_BLANKS}|please |and |then |to |must |now )(?:transfer|pay|grant|unlock|disable|delete"
        r"|withdraw|deposit|sell|buy|purchase|schedule|cancel|open|dispatch|share|donate|modify|update|remove"
        r"|erase|turn off|deactivate|order)\b"
        r"[^.!?\n]{0,60}?\b(?:my|all (?:of )?(?:my|the)|the user'?s?|users?'?)\b[^.!?\n]{0,40}?\b(?:accounts?"
        r"|funds|money|balance|bitcoins?|wallet|dollars|savings|door|gate|locks?|alarm|cameras?|devices?"
        r"|thermostat|records?|appointments?|files?|data|history|emails?|messages|access|permissions?|address"
        r"|insurance|prescriptions?|vehicle|car|shares|card)\b",
        rf"[.!?:\n\"'“]{_BLANKS}please (?:also )?(?:transfer|pay|grant|unlock|disable|delete|withdraw|deposit|sell|buy"
        r"|purchase|schedule|cancel|open|dispatch|share|donate|modify|update|remove|erase|turn|deactivate|order|move"
        rf"|change|get)\b[^.!?\n]{{0,120}}?(?:\bmy\b|'[^'\n]{{1,60}}'|\bid\b|\baccount (?:number|id)|\$\d|{_EMAIL})",
    ),
    _pattern(
        "task",
        "OPENING & WORK | please & DO | REWORK",
        rf"(?:[.!?:\n]{_BLANKS}|please |you (?:must|should|need to|have to) )(?:please |now |also |then "
        r"|just )?(?:write|compose|generate|create|draft|produce|craft|develop|build|design|give|provide|tell"
        r"|offer|suggest|list)\b (?:\w+ ){0,5}?"
        r"(?:poem|story|haiku|essay|song|lyrics|joke|tweet|blog|article|recipe|summary|script|program|function"
        r"|code|python|javascript|sql|email|letter|list of|steps|tutorial|guide|instructions for|tips|advice"
        r"|recommendations?|fun facts?|plan|slogan|advertisement|ad for|itinerary|playlist|response|definition"
        r"|explanation|overview|malware|exploit)\b",
        rf"{_START}(?:please |now |also )?(?:translat\w+|rewrite|paraphrase|rephrase"
        r"|summari[sz]e|encode|decode|convert|reverse)\b (?:the |this |that |all |every |everything |each |it "
        r"|your |above |following |text |passage |sentence ){1,4}",
    ),
    _pattern(
        "task",
        "REQUEST",
        rf"{_START}{_LEAD}(?:analy[sz]e|describe|explain|recommend|suggest|identify|determine|classify|compare|discuss"
        r"|outline|evaluate|predict|calculate|estimate|provide|replace|rearrange|substitute|break down|elaborate|define"
        r"|tell|give|find|generate|write|create|compose|translate|summari[sz]e|develop|detail|investigate|assess"
        r"|examine|extract|highlight|simplify|interpret|convert|solve|propose|brainstorm|imagine|promote|advertise"
        r"|encourage|persuade|convince|automate|schedule|remind|organi[sz]e|remove|enhance|insert|add"
        r") +[a-z'\"][^.!?\n]{10,300}",
        off_topic=True,
    ),
    _pattern(
        "task",
        "REQUEST",
        rf"\A\s*{_LEAD}(?:analy[sz]e|describe|explain|recommend|suggest|identify|determine|classify|compare|discuss|outline"
        r"|evaluate|predict|calculate|estimate|provide|replace|rearrange|substitute|break down|elaborate|define|generate"
        r"|compose|translate|summari[sz]e|investigate|assess|examine|simplify|interpret|propose|brainstorm|imagine|promote"
        r"|advertise|persuade|convince) [^.!?\n]{10,120}(?:: ?['\"“][^\n]{1,300})?[.!?'\"”]\s*\Z",
    ),
    _pattern(
        "task",
        "QUESTION & ?",
        rf"[.!?\n]{_BLANKS}(?:how|what|why|which|who|where|when|can|could|is|are|do|does|should)\b[^.!?\n]{{10,200}}\?",
        off_topic=True,
    ),
    _pattern(
        "markup",
        "< & PARTS",
        r"<(?:/?(?:tool_calls?|function_calls?|tool_use|invoke|tool_result|antml)\b[^>\n]{0,80}>"
        r"|/(?:context|documents?|passages?|sources?|user|search_results?|retrieved\w*|data)>)",
        across=True,
    ),
    _pattern("markup", ": & PARTS & CALLS", r"\"(?:tool_calls?|function_call)\"\s*:"),
    _pattern(
        "markup",
        ": & input",
        r"\n[^\S\n]*action\s*:\s*\S[^\n]{0,80}\n\s*action input\s*:",
        across=True,
    ),
    _pattern(
        "markup",
        "end & PARTS & RULED",
        r"[-=#*<\[]{2}\s*/?end (?:of )?(?:the )?(?:context|documents?|prompt|input|passages?|data)\b",
    ),
    _pattern(
        "active",
        "< & EMBEDDED",
        r"<(?:script\b|(?:iframe|object|embed)\b[^>\n]{0,200}(?:src|data|srcdoc)\s*=)",
        across=True,
    ),
    _pattern("active", ": & SCRIPTED", r"\b(?:java|vb)script:"),
    _pattern("active", "= & HANDLER", r"\bon(?:error|load|mouseover|focus|click)\s*=\s*[\"'`\w]"),
)
