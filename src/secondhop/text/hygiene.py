"""What a document may hide in a prompt: characters that nobody sees, and sentences that give orders to the model.

Both are mitigations. A detector of planted instructions knows common forms of them, in several languages; whoever
knows the detector can word around it. What the model may *do* has to be limited elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_REMEMBERED = 4_096

# Controls that are no blanks, soft hyphens, zero-width and bidi marks, Hangul fillers, annotations, tags,
# supplementary variation selectors. The zero-width joiners U+200C and U+200D and the plain variation selectors are
# taken out only where they join nothing.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    "|(?<![\u0600-\u07ff\u0860-\u0dff\u1000-\u109f\u1780-\u17ff\u200d\ufe0f\u2600-\u27ff\U0001f000-\U0001faff])[\u200c\u200d]"
    "|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
_SUSPICIOUS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL_BYTES = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])
_TAGS = re.compile("[\U000e0020-\U000e007e]+")


_COMMON = frozenset("\u00ad\ufeff\u061c\u200b\u200e\u200f")
"""Taken out too, but nothing to warn of: soft hyphens, byte order marks, direction marks, places to break a line."""


def count_invisible(text: str) -> int:
    """How many characters of the text nobody sees, beyond those that typesetting and its script need."""
    if not _may_hide(text):
        return 0
    return sum(letter not in _COMMON for letter in _INVISIBLE.findall(text))


def visible(text: str) -> str:
    """The text without the characters that nobody sees."""
    return _INVISIBLE.sub("", text) if _may_hide(text) else text


def _may_hide(text: str) -> bool:
    """Whether any character of the text may be one that nobody sees. Ten times faster than to look for those that are."""
    if text.isascii():
        data = text.encode()
        return len(data.translate(None, _CONTROL_BYTES)) < len(data)
    return _SUSPICIOUS.search(text) is not None


@lru_cache(maxsize=_REMEMBERED)
def planted_instructions(text: str) -> tuple[str, ...]:
    """The kinds of instructions to a language model that the text seems to hold, sorted; empty if it holds none.

    `override` (ignore what you were told), `impersonation` (a system prompt or turn of a chat), `address` (speaks to
    the assistant), `exfiltration` (send or reveal something), `reply` (says how to answer), `task` (asks for work that
    has nothing to do with a document), `markup` (imitates tool calls or closes a context), `encoded` (any of these
    encoded), `hidden` (text in characters that nobody sees), `active` (scripts).
    """
    found = _kinds(text)
    if (plain := normalized(text)) != text:
        found |= _kinds(plain)
    if any(_kinds(hidden) for hidden in _decoded(text)):
        found.add("encoded")
    if any(len(tags) > _LONGEST_FLAG for tags in _TAGS.findall(text)):
        found.add("hidden")
    return tuple(sorted(found))


_LONGEST_FLAG = 6
"""Tag characters that spell the region of a flag emoji."""

_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝκονΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХІЈЅ0134578@$",
    "aeopcyxijshdqwkovabezhikmnoptyxabekmhopctxijsoieastbas",
)
_LEAST_SPELT = 5
_SPELT = re.compile(r"\b(?:\w[ .\-_*|]){4,}\w\b")
_MIXED = re.compile(
    r"(?<![A-Za-z])[A-Za-z]+[\d@$\u0370-\u04ff][\w@$]*|(?<![\d@$\u0370-\u04ff])[\d@$\u0370-\u04ff]+[A-Za-z][\w@$]*|[\u0370-\u04ff]{2,}"
)


def normalized(text: str) -> str:
    """The text as a reader takes it: visible, compatible letters made plain, spelt-out words joined."""
    text = unicodedata.normalize("NFKC", visible(text)) if not text.isascii() else visible(text)
    text = _MIXED.sub(_plain_letters, text)
    if sum(len(word) == 1 for word in text.split()) < _LEAST_SPELT:
        return text
    return _SPELT.sub(lambda match: re.sub(r"[^\w]|_", "", match.group()), text)


def _plain_letters(match: re.Match[str]) -> str:
    """A word with look-alikes of Latin letters, in Latin letters if it can be written so; else as it is."""
    plain = match.group().translate(_LOOK_ALIKES)
    return plain if plain.isascii() else match.group()


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str
    stems: tuple[str, ...]
    """One of them is in every match: looked for first, because that is fast."""
    expression: re.Pattern[str]
    """Meets lower-case text."""


def _pattern(kind: str, stems: str, expression: str) -> _Pattern:
    return _Pattern(kind, tuple(stems.split(";")), re.compile(expression))


_GAP = r"[^.!?\n]{0,40}?"
_MODEL = (
    r"(?:ai|a\.i\.|llm|language model|assistant|chat ?bot|chatgpt|gpt(?:-?\d)?|claude|gemini|copilot|llama|bot|agent)"
)
_REPLY = r"(?:response|reply|replies|answer|output|completion|summary)"
_SECRET = (
    r"(?:system prompt|initial prompt|hidden prompt|your (?:instructions|prompt|rules|guidelines)|passwords?|credentials?"
    r"|api[ _-]?keys?|secrets?|access tokens?|private keys?|credit card|bank details|saved|personal (?:data|information|details)"
    r"|contacts?|conversation|chat history|genetic|medical|address(?:es)?|payment|location)"
)

_PATTERNS = (
    _pattern(
        "override",
        "ignor;disregard;forget;overrid;bypass;follow;obey;neglect;skip;discard",
        rf"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass|neglect|skip|discard|(?:do not|don't|never|stop) (?:follow|obey)\w*)\b"
        rf"{_GAP}\b(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|all|any|other|your|system|former|these|last)\b"
        rf"{_GAP}\b(?:instruct\w*|prompts?|rules?|directions?|directives?|commands?|guidelines?|guardrails?|orders|context|restrictions?|training|polic(?:y|ies)|told|tasks?|questions?)\b",
    ),
    _pattern(
        "override",
        "ignor;disregard;forget",
        r"\b(?:ignor\w*|disregard|forget)\b[^.!?\n]{0,30}?\b(?:text|everything|anything|messages?|content|what|words|all)\b"
        r"[^.!?\n]{0,30}?\b(?:before|above|prior|previous|earlier|so far|said|told|written|precedes)\b",
    ),
    _pattern(
        "override",
        "new instruct;new task;new role;new goal;new rules;real instruct;actual instruct;instead of answer;updated instruct",
        r"\b(?:your |the |here (?:are|is) (?:your |the )?)?(?:new|real|actual|updated|true) (?:instructions?|task|role|goal|rules|objective)\s*(?:is|are|:)|\binstead of answering\b",
    ),
    _pattern(
        "override",
        "ignor;vergiss;olvida;oubli;esque;negeer;missacht;zignoruj;dimentica;bortse;игнорир;забуд;unut;yok say;görmezden",
        r"\b(?:ignorier\w*|vergiss|missachte\w*)\b.{0,40}\b(?:anweisung|befehl|instruktion|vorgabe|regeln)"
        r"|\b(?:ignor\w*|oubli\w*|olvid\w*|ignora\w*|dimentica\w*|esque[cç]\w*|desconsider\w*)\b.{0,40}\b(?:instruc|instruç|istruzion|consigne|indicacion|órdenes|regra|regole)"
        r"|\b(?:negeer|vergeet)\b.{0,40}\b(?:instructie|opdracht)|\bzignoruj\b.{0,40}(?:instrukcj|polece)|\bbortse\b.{0,40}instruktion"
        r"|(?:игнорир\w*|забудь\w*).{0,40}(?:инструкц|указани|команд|правил)|(?:talimat|komut).{0,30}(?:yok say|unut|görmezden)",
    ),
    _pattern(
        "override",
        "忽略;无视;忘记;無視;忘れ;무시;잊;تجاهل;انس;अनदेखा;नज़रअंदाज;भूल;bỏ qua;abaikan",
        r"(?:忽略|无视|無視|忘记).{0,12}(?:指令|指示|提示|说明|規則|规则|命令)|(?:指示|命令|指令|プロンプト).{0,8}(?:無視|忘れ)"
        r"|(?:지시|명령|지침|프롬프트).{0,10}(?:무시|잊)|(?:تجاهل|انس).{0,30}(?:تعليمات|التعليمات|الأوامر)"
        r"|निर्देश.{0,30}(?:अनदेखा|नज़रअंदाज|भूल)|bỏ qua.{0,30}(?:hướng dẫn|chỉ dẫn)|abaikan.{0,30}(?:instruksi|perintah)",
    ),
    _pattern(
        "impersonation",
        "<|im_;<|start;<|end;<|sys;<|user;<|assis;[inst];[/inst];<<sys>>;<start_of_turn>;<system>;</system>;[system];# instr;# sys;# resp",
        r"<\|(?:im_start|im_end|start_header_id|end_header_id|eot_id|system|user|assistant|endoftext|end|start)\|>"
        r"|\[/?inst\]|<</?sys>>|<start_of_turn>|</?system>|\[system\]|^\s*#{2,} ?(?:instruction|system|response)s?\b\s*:?",
    ),
    _pattern(
        "impersonation",
        "system;assistant;developer",
        r"(?:^|\n)\s*\**(?:system|assistant|developer)\**(?: (?:message|prompt|note|override))?\**\s*:\s*\S"
        r"|\bsystem (?:override|alert|notice|update)\s*:",
    ),
    _pattern(
        "impersonation",
        "you are now;you are no longer;from now on;pretend;act as;roleplay;role-play;developer mode;jailbreak;do anything now;you must now;you will now",
        r"\byou are (?:now (?:a|an|in|the|my|going)|no longer)\b|\bfrom now on,? (?:you|your|always|answer|respond)"
        r"|\bpretend (?:that )?(?:you|to be)\b|\b(?:act|respond|answer) as (?:a|an|if you|my|the)\b.{0,40}\b(?:unrestricted|assistant|ai|model|persona|expert|hacker|character)\b"
        r"|\bdo anything now\b|\b(?:enter|enable|activate|switch to|in) (?:developer|jailbreak|debug|god|admin) mode\b|\byou (?:must|will) now\b",
    ),
    _pattern(
        "address",
        " ai;ai,;ai:;a.i.;llm;language model;assistant;chatbot;chat bot; bot;gpt;claude;gemini;copilot;llama; agent",
        rf"\b(?:dear|attention|hey|hello|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|important(?: message)? (?:to|for)|if you are|you are|as) (?:an? |the |any |all |our |my )?(?:\w+ )?{_MODEL}\b[ ,:]"
        rf"|\b(?:to|for) (?:any|all|every) (?:ai|llms?|language models?|(?:ai )?assistants?|chat ?bots?|ai agents?)\b.{{0,30}}(?:read|process|summari|review)"
        rf"|(?:^|\n)\s*{_MODEL}\s*[,:]\s*(?:please|you|do|ignore|execute|add|send|write|always)\b",
    ),
    _pattern(
        "exfiltration",
        "send;forward;email;e-mail;transfer;upload;post;leak;reveal;print;repeat;output;show;disclose;share;exfiltrate;retrieve;fetch",
        rf"\b(?:reveal|print|repeat|output|show|disclose|leak|exfiltrate|display|tell me)\b{_GAP}\b(?:system prompt|initial prompt|hidden prompt|your (?:instructions|prompt|rules|guidelines)|(?:api|private) keys?|passwords?)\b"
        rf"|\b(?:send|forward|e-?mail|transfer|upload|share|post|retrieve|fetch|exfiltrate)\b[^\n]{{0,60}}?\b{_SECRET}\b[^\n]{{0,80}}?(?:\S+@\S+\.\w|https?://|www\.|\bto (?:the )?(?:attacker|following|this))",
    ),
    _pattern(
        "exfiltration",
        "](http;src=",
        r"!\[[^\]\n]{0,200}\]\(https?://[^)\s]{0,300}[?&][^)\s]{0,200}(?:\{|\[|<|%7b|data=|prompt=|secret|chat=|q=$)"
        r"|<img[^>\n]{0,200}src=.https?://[^>\n]{0,200}\?[^>\n]{0,100}(?:\{|data=|secret)",
    ),
    _pattern(
        "reply",
        "respon;repl;answer;output;summary;complet",
        rf"\b(?:in|to|with|of|at the (?:end|beginning|start|top) of|include|add|append|insert|begin|start|end|finish|format|encode|translate|write|give|provide|limit|make|modify|craft|conclude|preface) (?:the |all |all of |each of )?your (?:\w+ ){{0,2}}{_REPLY}\b"
        rf"|\byour (?:\w+ ){{0,2}}{_REPLY} (?:should|must|needs? to|has to|will|to|in|into|using|with|as|only)\b"
        rf"|\b(?:when(?:ever)?|before|after|while|if) (?:you(?:'re| are)? )?(?:answer|respond|reply|summari[sz])(?:ing)?\b{_GAP}\b(?:always|include|mention|add|say|tell|use|also|recommend|do not|don't)\b"
        rf"|(?:^|[.!?:\n]\s*|please )(?:only |always |just |now )?(?:respond|reply|answer) (?:only |back |again |exclusively )?(?:in|with|using|to the (?:user|question)|as|by|like)\b",
    ),
    _pattern(
        "reply",
        "print;output;say;repeat;return;write;display;type;send;respond;reply;answer",
        r"\b(?:just|only|simply|must|now|exactly|instead|else)\b[^.!?\n]{0,30}?\b(?:print|output|say|repeat|return|write|display|type|send|respond|reply|answer)\b"
        r"[^.!?\n]{0,40}?(?::\s*\S|[\"“'‘])|\b(?:print|output|say|repeat|respond|reply) (?:with )?(?:exactly|only|nothing but|verbatim|the following|this (?:text|message|word|phrase|string))\b",
    ),
    _pattern(
        "task",
        "i want you to;i need you to;i would like you to;i'd like you to;your task is;your job is;help me;can you;could you;would you",
        r"\bi(?: want|'d like| need| would like) you to (?!know|come|join|meet|call)\w+|\byour (?:task|job) is to\b"
        r"|\b(?:can|could|would) you (?:please )?(?:suggest|recommend|explain|translate|summari[sz]e|write|generate|compose|calculate|convert|rephrase|rewrite|define|solve|list|tell me (?:a|about|how|what))\b"
        r"|(?:^|[.!?:\n]\s*|please )help me (?:to )?(?:write|find|understand|solve|plan|create|learn|translate|with my)\b",
    ),
    _pattern(
        "action",
        "transfer;pay;grant;unlock;disable;delete;withdraw;deposit;sell;buy;purchase;schedule;cancel;open;dispatch;share;donate;modify;update;remove;erase;turn off;deactivate;order",
        r"(?:^|[.!?:\n\"',]\s*|please |and |then |to |must |now )(?:transfer|pay|grant|unlock|disable|delete|withdraw|deposit|sell|buy|purchase|schedule|cancel|open|dispatch|share|donate|modify|update|remove|erase|turn off|deactivate|order)\b"
        r"[^.!?\n]{0,60}?\b(?:my|all (?:of )?(?:my|the)|the user'?s?|users?'?)\b[^.!?\n]{0,40}?\b(?:accounts?|funds|money|balance|bitcoins?|wallet|dollars|savings|door|gate|locks?|alarm|cameras?|devices?|thermostat|records?|appointments?|files?|data|history|emails?|messages|access|permissions?|address|insurance|prescriptions?|vehicle|car|shares|card)\b",
    ),
    _pattern(
        "task",
        "write;compose;generate;creat;translat;summari;rewrite;paraphras;rephras;provide;give;tell;explain;describe;list;draft;suggest;recommend;develop;design;encode;decode;convert;act;offer;identify;calculate;solve;craft;produce;build;execute;append;insert",
        r"(?:^|[.!?:\n]\s*|please |you (?:must|should|need to|have to) )(?:please |now |also |then |just )?(?:write|compose|generate|create|draft|produce|craft|develop|build|design|give|provide|tell|offer|suggest|list)\b (?:\w+ ){0,5}?"
        r"(?:poem|story|haiku|essay|song|lyrics|joke|tweet|blog|article|recipe|summary|script|program|function|code|python|javascript|sql|email|letter|list of|steps|tutorial|guide|instructions for|tips|advice|recommendations?|fun facts?|plan|slogan|advertisement|ad for|itinerary|playlist|response|definition|explanation|overview|malware|exploit)\b"
        r"|(?:^|[.!?:\n]\s*|please )(?:please |now |also )?(?:translat\w+|rewrite|paraphrase|rephrase|summari[sz]e|encode|decode|convert|reverse)\b (?:the |this |that |all |every |everything |each |it |your |above |following |text |passage |sentence ){1,4}",
    ),
    _pattern(
        "markup",
        "tool_call;function_call;invoke;tool_use;action input;</context;</doc;</passage;</source;</user;</search;</retriev;</data;end of context;end of doc;end context;end of prompt;</tool;end of input",
        r"</?(?:tool_calls?|function_calls?|tool_use|invoke|tool_result|antml)\b[^>\n]{0,80}>|\"(?:tool_calls?|function_call)\"\s*:"
        r"|(?:^|\n)\s*action\s*:\s*\S[^\n]{0,80}\n\s*action input\s*:|</(?:context|documents?|passages?|sources?|user|search_results?|retrieved\w*|data)>"
        r"|[-=#*<\[]{2,}\s*/?end (?:of )?(?:the )?(?:context|documents?|prompt|input|passages?|data)\b",
    ),
    _pattern(
        "active",
        "<script;javascript:;onerror=;onload=;<iframe;<svg;<object;<embed;vbscript:;srcdoc=",
        r"<script\b|\b(?:java|vb)script:|\bon(?:error|load|mouseover|focus|click)\s*=\s*[\"'`\w]|<(?:iframe|object|embed)\b[^>\n]{0,200}(?:src|data|srcdoc)\s*=",
    ),
)


def _kinds(text: str) -> set[str]:
    lower = text.lower()
    found: set[str] = set()
    for pattern in _PATTERNS:
        if (
            pattern.kind not in found
            and any(stem in lower for stem in pattern.stems)
            and pattern.expression.search(lower)
        ):
            found.add(pattern.kind)
    return found


_LEAST_ENCODED = 20
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20,8000}={0,2}")
_HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{20,8000}|(?:(?:\\x|%|0x)[0-9a-fA-F]{2},?){10,4000}")
_MOST_DECODED = 20


def _decoded(text: str) -> list[str]:
    """The texts that stand in it in base64, in hexadecimal digits, or in tag characters."""
    found = [tags.translate(_TAG_LETTERS) for tags in _TAGS.findall(text)] if not text.isascii() else []
    if all(len(word) < _LEAST_ENCODED for word in text.split()):
        return found
    for match in _BASE64.findall(text)[:_MOST_DECODED]:
        whole = match.rstrip("=")
        found.append(_as_text(base64.b64decode, whole + "=" * (-len(whole) % 4)))
    for match in _HEX.findall(text)[:_MOST_DECODED]:
        found.append(_as_text(bytes.fromhex, re.sub(r"\\x|%|0x|,", "", match)))
    return [piece for piece in found if piece]


_TAG_LETTERS = {0xE0000 + code: code for code in range(0x20, 0x7F)}


def _as_text(decode: Callable[[str], bytes], encoded: str) -> str:
    """What a run of letters stands for, if that is text."""
    try:
        text = decode(encoded).decode()
    except (ValueError, binascii.Error):
        return ""
    return text if sum(letter.isprintable() or letter.isspace() for letter in text) == len(text) else ""
