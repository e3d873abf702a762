"""Common wordings of instructions to a language model, as patterns over lower-case text.

From what the literature describes: overriding what the model was told, posing as its system prompt or as a turn of the
chat, speaking to it, asking it to send or reveal things, setting the form of its answer, tasks, actions on accounts and
doors, imitated markup, scripts. Gaps are bounded and end with the sentence, so that time grows with length alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """One wording, and what tells quickly that a text cannot hold it."""

    kind: str
    words: tuple[tuple[str, ...], ...]
    """Groups of beginnings of words: each match has a word of every group, all in one sentence. None if signs tell."""
    signs: tuple[str, ...]
    """Pieces of text of which each match has one, wherever it begins; for what is not told by words."""
    expression: re.Pattern[str]
    """Meets lower-case text: a sentence for what is told by words, all of the text for what is told by signs."""


def _pattern(kind: str, telling: str, expression: str) -> Pattern:
    """A pattern told by groups of words, `a;b & c;d`."""
    groups = tuple(tuple(group.strip().split(";")) for group in telling.split(" & "))
    return Pattern(kind, groups, (), re.compile(expression))


def _sign(kind: str, signs: str, expression: str) -> Pattern:
    """A pattern told by pieces of text."""
    return Pattern(kind, (), tuple(signs.split(";")), re.compile(expression))


_GAP = r"[^.!?\n]{0,40}?"
_MODEL = (
    r"(?:ai|a\.i\.|llm|language model|assistant|chat ?bot|chatgpt|gpt(?:-?\d)?|claude|gemini|copilot|llama|bot|agent)"
)
_MODELS = "ai;llm;language;assistant;chat;bot;gpt;claude;gemini;copilot;llama;agent"
_REPLY = r"(?:response|reply|replies|answer|output|completion|summary)"
_SECRET = (
    r"(?:system prompt|initial prompt|hidden prompt|your (?:instructions|prompt|rules|guidelines)|passwords?"
    r"|credentials?"
    r"|api[ _-]?keys?|secrets?|access tokens?|private keys?|credit card|bank details|saved|personal (?:data"
    r"|information|details)"
    r"|contacts?|conversation|chat history|genetic|medical|address(?:es)?|payment|location)"
)

PATTERNS = (
    _pattern(
        "override",
        "ignor;disregard;forget;overrid;bypass;follow;obey;neglect;skip;discard"
        " & instruct;prompt;rule;direct;command;guid;guard;order;context;restrict;training;polic;told;task;question",
        r"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass|neglect|skip|discard|(?:do not|don't|never"
        r"|stop) (?:follow|obey)\w*)\b"
        rf"{_GAP}\b(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|all|any|other"
        r"|your|system|former|these|last)\b"
        rf"{_GAP}\b(?:instruct\w*|prompts?|rules?|directions?|directives?|commands?|guidelines?|guardrails?"
        r"|orders|context|restrictions?|training|polic(?:y|ies)|told|tasks?|questions?)\b",
    ),
    _pattern(
        "override",
        "ignor;disregard;forget & before;above;prior;previous;earlier;far;said;told;written;precede",
        r"\b(?:ignor\w*|disregard|forget)\b[^.!?\n]{0,30}?\b(?:text|everything|anything|messages?|content|what"
        r"|words|all)\b"
        r"[^.!?\n]{0,30}?\b(?:before|above|prior|previous|earlier|so far|said|told|written|precedes)\b",
    ),
    _pattern(
        "override",
        "new;real;actual;updated;true;instead & instruct;task;role;goal;rules;objective;answering",
        r"\b(?:your |the |here (?:are|is) (?:your |the )?)?(?:new|real|actual|updated|true) (?:instructions?|task"
        r"|role|goal|rules|objective)\s*(?:is|are|:)|\binstead of answering\b",
    ),
    _pattern(
        "override",
        "ignor;vergiss;vergeet;olvid;oubli;esque;desconsider;negeer;missacht;zignoruj;dimentica;bortse;игнорир;забудь"
        ";unut;yok;görmezden"
        " & anweisung;befehl;instru;vorgabe;regeln;istruzion;consigne;indicacion;órdenes;regra;regole;opdracht;polece"
        ";инструкц;указани;команд;правил;talimat;komut",
        r"\b(?:ignorier\w*|vergiss|missachte\w*)\b.{0,40}\b(?:anweisung|befehl|instruktion|vorgabe|regeln)"
        r"|\b(?:ignor\w*|oubli\w*|olvid\w*|ignora\w*|dimentica\w*|esque[cç]\w*"
        r"|desconsider\w*)\b.{0,40}\b(?:instruc|instruç|istruzion|consigne|indicacion|órdenes|regra|regole)"
        r"|\b(?:negeer|vergeet)\b.{0,40}\b(?:instructie|opdracht)|\bzignoruj\b.{0,40}(?:instrukcj|polece)"
        r"|\bbortse\b.{0,40}instruktion"
        r"|(?:игнорир\w*|забудь\w*).{0,40}(?:инструкц|указани|команд|правил)|(?:talimat|komut).{0,30}(?:yok say"
        r"|unut|görmezden)",
    ),
    _sign(
        "override",
        "忽略;无视;忘记;無視;忘れ;무시;잊;تجاهل;انس;अनदेखा;नज़रअंदाज;भूल;bỏ qua;abaikan",
        r"(?:忽略|无视|無視|忘记).{0,12}(?:指令|指示|提示|说明|規則|规则|命令)|(?:指示|命令|指令|プロンプト).{0,8}(?:無視|忘れ)"
        r"|(?:지시|명령|지침|프롬프트).{0,10}(?:무시|잊)|(?:تجاهل|انس).{0,30}(?:تعليمات|التعليمات|الأوامر)"
        r"|निर्देश.{0,30}(?:अनदेखा|नज़रअंदाज|भूल)|bỏ qua.{0,30}(?:hướng dẫn|chỉ dẫn)|abaikan.{0,30}(?:instruksi"
        r"|perintah)",
    ),
    _sign(
        "impersonation",
        "<|im_;<|start;<|end;<|sys;<|user;<|assis;[inst];[/inst];<<sys>>;<start_of_turn>;<system>;</system>"
        ";[system];# instr;# sys;# resp",
        r"<\|(?:im_start|im_end|start_header_id|end_header_id|eot_id|system|user|assistant|endoftext|end|start)\|>"
        r"|\[/?inst\]|<</?sys>>|<start_of_turn>|</?system>|\[system\]|^\s*#{2,} ?(?:instruction|system"
        r"|response)s?\b\s*:?",
    ),
    _sign(
        "impersonation",
        "system:;assistant:;developer:;system*;assistant*;developer*;message:;prompt:;note:;override:;alert:;notice:;update:"
        ";message*;prompt*;note*;override*",
        r"(?:^|\n)\s*\**(?:system|assistant|developer)\**(?: (?:message|prompt|note|override))?\**\s*:\s*\S"
        r"|\bsystem (?:override|alert|notice|update)\s*:",
    ),
    _pattern(
        "impersonation",
        "now;longer;pretend;unrestricted;assistant;ai;model;persona;expert;hacker;character;mode"
        " & you;to;act;respond;answer;anything;enter;enable;activate;switch;in",
        r"\byou are (?:now (?:a|an|in|the|my|going)|no longer)\b|\bfrom now on,? (?:you|your|always|answer|respond)"
        r"|\bpretend (?:that )?(?:you|to be)\b|\b(?:act|respond|answer) as (?:a|an|if you|my"
        r"|the)\b.{0,40}\b(?:unrestricted|assistant|ai|model|persona|expert|hacker|character)\b"
        r"|\bdo anything now\b|\b(?:enter|enable|activate|switch to|in) (?:developer|jailbreak|debug|god"
        r"|admin) mode\b|\byou (?:must|will) now\b",
    ),
    _pattern(
        "address",
        _MODELS + " & dear;attention;hey;hello;note;message;instruction;important;you;as;any;all;every;please;do;ignore"
        ";execute;add;send;write;always",
        r"\b(?:dear|attention|hey|hello|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)"
        r"|important(?: message)? (?:to|for)|if you are|you are|as) (?:an? |the |any |all |our "
        rf"|my )?(?:\w+ )?{_MODEL}\b[ ,:]"
        r"|\b(?:to|for) (?:any|all|every) (?:ai|llms?|language models?|(?:ai )?assistants?|chat ?bots?"
        rf"|ai agents?)\b.{{0,30}}(?:read|process|summari|review)"
        rf"|(?:^|\n)\s*{_MODEL}\s*[,:]\s*(?:please|you|do|ignore|execute|add|send|write|always)\b",
    ),
    _pattern(
        "exfiltration",
        "send;forward;email;mail;transfer;upload;post;leak;reveal;print;repeat;output;show;disclose;share;exfiltrate"
        ";retrieve;fetch;display;tell"
        " & prompt;instruction;rules;guidelines;password;credential;key;secret;token;credit;bank;saved;personal;contact"
        ";conversation;chat;genetic;medical;address;payment;location;api",
        r"\b(?:reveal|print|repeat|output|show|disclose|leak|exfiltrate|display"
        rf"|tell me)\b{_GAP}\b(?:system prompt|initial prompt|hidden prompt|your (?:instructions|prompt|rules"
        r"|guidelines)|(?:api|private) keys?|passwords?)\b"
        r"|\b(?:send|forward|e-?mail|transfer|upload|share|post|retrieve|fetch"
        rf"|exfiltrate)\b[^\n]{{0,60}}?\b{_SECRET}\b[^\n]{{0,80}}?(?:\S+@\S+\.\w|https?://|www\."
        r"|\bto (?:the )?(?:attacker|following|this))",
    ),
    _sign(
        "exfiltration",
        "](http;src=",
        r"!\[[^\]\n]{0,200}\]\(https?://[^)\s]{0,300}[?&][^)\s]{0,200}(?:\{|\[|<|%7b|data=|prompt=|secret|chat=|q=$)"
        r"|<img[^>\n]{0,200}src=.https?://[^>\n]{0,200}\?[^>\n]{0,100}(?:\{|data=|secret)",
    ),
    _pattern(
        "reply",
        "respon;repl;answer;output;summar;complet",
        r"\b(?:in|to|with|of|at the (?:end|beginning|start|top) of|include|add|append|insert|begin|start|end"
        r"|finish|format|encode|translate|write|give|provide|limit|make|modify|craft|conclude|preface) (?:the "
        rf"|all |all of |each of )?your (?:\w+ ){{0,2}}{_REPLY}\b"
        rf"|\byour (?:\w+ ){{0,2}}{_REPLY} (?:should|must|needs? to|has to|will|to|in|into|using|with|as|only)\b"
        r"|\b(?:when(?:ever)?|before|after|while|if) (?:you(?:'re| are)? )?(?:answer|respond|reply"
        rf"|summari[sz])(?:ing)?\b{_GAP}\b(?:always|include|mention|add|say|tell|use|also|recommend|do not"
        r"|don't)\b"
        r"|(?:^|[.!?:\n]\s*|please )(?:only |always |just |now )?(?:respond|reply|answer) (?:only |back |again "
        r"|exclusively )?(?:in|with|using|to the (?:user|question)|as|by|like)\b",
    ),
    _pattern(
        "reply",
        "print;output;say;repeat;return;write;display;type;send;respond;reply;answer"
        " & just;only;simply;must;now;exactly;instead;else;nothing;verbatim;following;this",
        r"\b(?:just|only|simply|must|now|exactly|instead|else)\b[^.!?\n]{0,30}?\b(?:print|output|say|repeat"
        r"|return|write|display|type|send|respond|reply|answer)\b"
        r"[^.!?\n]{0,40}?(?::\s*\S|[\"“'‘])|\b(?:print|output|say|repeat|respond|reply) (?:with )?(?:exactly|only"
        r"|nothing but|verbatim|the following|this (?:text|message|word|phrase|string))\b",
    ),
    _pattern(
        "task",
        "want;need;like;task;job;can;could;would;help & you;your;me",
        r"\bi(?: want|'d like| need| would like) you to (?!know|come|join|meet|call)\w+|\byour (?:task|job) is to\b"
        r"|\b(?:can|could|would) you (?:please )?(?:suggest|recommend|explain|translate|summari[sz]e|write"
        r"|generate|compose|calculate|convert|rephrase|rewrite|define|solve|list|tell me (?:a|about|how|what))\b"
        r"|(?:^|[.!?:\n]\s*|please )help me (?:to )?(?:write|find|understand|solve|plan|create|learn|translate"
        r"|with my)\b",
    ),
    _pattern(
        "action",
        "transfer;pay;grant;unlock;disable;delete;withdraw;deposit;sell;buy;purchase;schedule;cancel;open;dispatch;share"
        ";donate;modify;update;remove;erase;turn;deactivate;order"
        " & my;all;user"
        " & account;fund;money;balance;bitcoin;wallet;dollars;savings;door;gate;lock;alarm;camera;device;thermostat"
        ";record;appointment;file;data;history;email;message;access;permission;address;insurance;prescription;vehicle;car"
        ";shares;card",
        r"(?:^|[.!?:\n\"',]\s*|please |and |then |to |must |now )(?:transfer|pay|grant|unlock|disable|delete"
        r"|withdraw|deposit|sell|buy|purchase|schedule|cancel|open|dispatch|share|donate|modify|update|remove"
        r"|erase|turn off|deactivate|order)\b"
        r"[^.!?\n]{0,60}?\b(?:my|all (?:of )?(?:my|the)|the user'?s?|users?'?)\b[^.!?\n]{0,40}?\b(?:accounts?"
        r"|funds|money|balance|bitcoins?|wallet|dollars|savings|door|gate|locks?|alarm|cameras?|devices?"
        r"|thermostat|records?|appointments?|files?|data|history|emails?|messages|access|permissions?|address"
        r"|insurance|prescriptions?|vehicle|car|shares|card)\b",
    ),
    _pattern(
        "task",
        "write;compose;generate;create;translat;summari;rewrite;paraphrase;rephrase;provide;give;tell;list;draft;suggest"
        ";develop;design;encode;decode;convert;reverse;offer;craft;produce;build"
        " & poem;story;haiku;essay;song;lyrics;joke;tweet;blog;article;recipe;summary;script;program;function;code;python"
        ";javascript;sql;email;letter;list;steps;tutorial;guide;instructions;tips;advice;recommendation;fun;plan;slogan"
        ";ad;itinerary;playlist;response;definition;explanation;overview;malware;exploit;the;this;that;all;every;each;it"
        ";your;above;following;text;passage;sentence",
        r"(?:^|[.!?:\n]\s*|please |you (?:must|should|need to|have to) )(?:please |now |also |then "
        r"|just )?(?:write|compose|generate|create|draft|produce|craft|develop|build|design|give|provide|tell"
        r"|offer|suggest|list)\b (?:\w+ ){0,5}?"
        r"(?:poem|story|haiku|essay|song|lyrics|joke|tweet|blog|article|recipe|summary|script|program|function"
        r"|code|python|javascript|sql|email|letter|list of|steps|tutorial|guide|instructions for|tips|advice"
        r"|recommendations?|fun facts?|plan|slogan|advertisement|ad for|itinerary|playlist|response|definition"
        r"|explanation|overview|malware|exploit)\b"
        r"|(?:^|[.!?:\n]\s*|please )(?:please |now |also )?(?:translat\w+|rewrite|paraphrase|rephrase"
        r"|summari[sz]e|encode|decode|convert|reverse)\b (?:the |this |that |all |every |everything |each |it "
        r"|your |above |following |text |passage |sentence ){1,4}",
    ),
    _sign(
        "markup",
        "tool_call;function_call;invoke;tool_use;action input;</context;</doc;</passage;</source;</user;</search"
        ";</retriev;</data;end of context;end of doc;end context;end of prompt;</tool;end of input",
        r"</?(?:tool_calls?|function_calls?|tool_use|invoke|tool_result|antml)\b[^>\n]{0,80}>|\"(?:tool_calls?"
        r"|function_call)\"\s*:"
        r"|(?:^|\n)\s*action\s*:\s*\S[^\n]{0,80}\n\s*action input\s*:|</(?:context|documents?|passages?|sources?"
        r"|user|search_results?|retrieved\w*|data)>"
        r"|[-=#*<\[]{2,}\s*/?end (?:of )?(?:the )?(?:context|documents?|prompt|input|passages?|data)\b",
    ),
    _sign(
        "active",
        "<script;javascript:;onerror=;onload=;<iframe;<svg;<object;<embed;vbscript:;srcdoc=",
        r"<script\b|\b(?:java|vb)script:|\bon(?:error|load|mouseover|focus|click)\s*=\s*[\"'`\w]|<(?:iframe"
        r"|object|embed)\b[^>\n]{0,200}(?:src|data|srcdoc)\s*=",
    ),
)
