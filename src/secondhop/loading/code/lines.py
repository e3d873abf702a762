"""Definitions in languages without a grammar here: told line by line by the words that begin them.

A definition reaches to its last line (`}`, `end`), indented as the first one is, or else to the next definition that is
indented no deeper, or to what can only stand outside of it. The comments and attributes directly above it belong to it.
Inside a comment of several lines, or a docstring above a definition, nothing begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from secondhop.loading.verbatim.outlined import lines_of, nested
from secondhop.types import Section, Span

_MAX_LINE = 500
_MAX_NAME = 120
_COMMENT = ("#", "//", "--", "/*", "*", "'''", ";", "@", "[", "%", "(*", "{-", "<#", '"""', "-spec")
_DOCSTRING = '"""'

_ATTRIBUTE = r"@\w[\w.:]*(?:\([^()]{0,120}\))?|#?\[[^\[\]]{1,120}\]"
_MODIFIERS = (
    rf"(?:(?:{_ATTRIBUTE}|(?:public|private|protected|internal|fileprivate|open|static|final|abstract|sealed|override|"
    r"virtual|async|partial|readonly|export|extern|unsafe|inline|suspend|data|case|implicit|lazy|mutating|indirect|"
    r"inner|companion|operator|infix|tailrec|const|default|local|mut|pub|base|shared|friend|overrides|overridable|"
    r"overloads|shadows|mustinherit|notinheritable|expect|actual|external|required|convenience|nonisolated|"
    r"nonmutating|prefix|postfix)(?:[(\[]\w+[)\]])?)[ \t]+)*"
)


def _words(words: str, name: str = r"[\w$.:?!]+", alone: str = r"(?!)") -> str:
    """A line that begins with one of the words and a name, or with one of those that need none."""
    return rf"[ \t]*{_MODIFIERS}(?P<kind>(?:{words})(?=[ \t]+(?:{name}))|{alone})[ \t]*(?P<name>(?:{name})?)"


# fmt: off
_PATTERNS: Sequence[tuple[str, str]] = (
    (".rb .rake .gemspec .podspec .cr rakefile gemfile vagrantfile",
     r"[ \t]*(?:(?:private|protected|public|private_class_method|module_function)[ \t]+)?"
     r"(?P<kind>def|class|module)[ \t]+(?P<name><<[ \t]*\w+|[\w:.?!=<>+*/\[\]-]+)"),
    (".php", _words("function|class|interface|trait|enum", r"&?\w+")),
    (".cs", _words(r"class|struct|interface|enum|record(?:[ \t]+(?:class|struct))?|namespace", r"[\w.]+(?:<[^<>]{1,80}>)?")
     + rf"|[ \t]+(?:(?:{_ATTRIBUTE})[ \t]+)*"
       r"(?:(?:(?:public|private|protected|internal|static|virtual|override|abstract|async|sealed|partial|unsafe|extern)[ \t]+){1,6}"
       r"(?:new[ \t]+)?(?:(?:[\w<>\[\].?]|,[ \t]*){1,120}[ \t]+)?|(?!(?:return|await|throw|new|yield|else|in|is|as|and|or|not|case|when|"
       r"where|select|orderby|group|by|on|equals|using|lock|ref|out|do|from|let|into|join|goto|delegate)\b)"
       r"(?=\w)(?:[\w<>\[\].?]|,[ \t]*){1,120}(?<!,)[ \t]+)(?P<method>(?:operator[ \t]*[^\s(]+|[\w.]+(?:<[^<>]{1,80}>)?))[ \t]*\("),
    (".kt .kts", _words(r"(?:(?:enum|annotation|value)[ \t]+)?class|(?:fun[ \t]+)?interface|object", r"[\w.]+|`[^`]{1,120}`",
                        alone=r"companion[ \t]+object\b")
     + rf"|[ \t]*{_MODIFIERS}fun\b[ \t]*(?P<fun>[^\s(=][^(=]{{0,150}})(?=\()"),
    (".swift", _words(r"func|class(?![ \t]+var\b)(?:[ \t]+func)?|struct|enum|protocol|extension|actor",
                      r"[\w.]+|`\w+`|(?<=func )[-+*/=<>!&|^~%?.]+(?=[ \t(]|<\w)",
                      alone=r"init[?!]?(?=[ \t]*[(<])|subscript(?=[ \t]*[(<])|deinit\b")),
    (".scala .sbt", _words(r"def|class|trait|(?:package[ \t]+)?object|enum",
                      r"\w+(?:(?<=_)[-+*/=<>!&|^~%?]+)?|`[^`]{1,80}`|(?<=def )[-+*/=<>!&|^~%?#@\\:]+")),
    (".groovy .gradle", _words(r"class|trait|enum|interface|(?:def|void)(?=[ \t]+(?:\w+|\"[^\"]{1,120}\"|'[^']{1,120}')[ \t]*\()",
                               r"\w+|\"[^\"]{1,120}\"|'[^']{1,120}'")),
    (".sh .bash .zsh", r"[ \t]*(?P<kind>function)[ \t]+(?P<name>[\w:.-]+)|[ \t]*(?P<function>[\w:.-]+)[ \t]*\([ \t]*\)"),
    (".fish", r"(?P<kind>function)[ \t]+(?P<name>[\w:.-]+)"),
    (".ps1 .psm1", r"[ \t]*(?P<kind>function|class|filter)[ \t]+(?P<name>[\w:-]+)"),
    (".lua", _words("function", r"[\w.:]+") + r"|[ \t]*(?:local[ \t]+)?(?P<function>[\w.]+)[ \t]*=[ \t]*function\b"),
    (".r", r"[ \t]*(?P<function>[\w.]+|`[^`]{1,80}`|\"[^\"]{1,80}\")[ \t]*(?:<<?-|=)[ \t]*(?:function\b|\\\()"
           r"|(?P<class>[\w.]+)[ \t]*(?:<-|=)[ \t]*(?:\w+::)?(?:R6|setRef|set)Class\("
           r"|set(?P<kind>Class|Generic|Method)\([ \t]*[\"'](?P<name>[^\"']{1,80})"),
    (".pl .pm", r"[ \t]*(?P<kind>sub|package)[ \t]+(?P<name>[\w:]+)|=head\d[ \t]+(?P<pod>.+)"),
    (".jl", r"[ \t]*(?:mutable[ \t]+)?(?P<kind>function|struct|module|macro|abstract type)[ \t]+(?P<name>[\w.!]+)"),
    (".ex .exs", r"[ \t]*(?P<kind>defmodule|defmacrop?|defprotocol|defimpl|defguardp?|defdelegate|defp?)[ \t]+(?P<name>[\w.?!]+)"),
    (".dart", _words(r"class|mixin(?:[ \t]+class)?|enum|extension(?:[ \t]+type)?(?![ \t]+on\b)|typedef", r"\w+")),
    (".sol", _words("contract|interface|library|function|modifier|event|error|struct|enum", r"\w+",
                    alone=r"(?:constructor|receive|fallback)(?=[ \t]*\()")),
    (".zig", _words("fn", r"\w+") + r"|[ \t]*(?:pub[ \t]+)?const[ \t]+(?P<type>\w+)[ \t]*=[ \t]*(?:(?:packed|extern)[ \t]+)?"
             r"(?:struct|enum|union|opaque)\b"),
    (".nim", r"[ \t]*(?P<kind>proc|func|method|iterator|converter|template|macro)[ \t]+(?P<name>\w+|`[^`]{1,40}`)"
             r"|[ \t]+(?P<type>\w+)\*?(?:\[[^\]]{1,80}\])?[ \t]*(?:\{\.[^}]{1,80}\}[ \t]*)?=[ \t]*(?:(?:ref|ptr)[ \t]+)?"
             r"(?:object|enum|tuple|concept)\b"),
    (".sql", r"[ \t]*create[ \t]+(?:or[ \t]+(?:replace|alter)[ \t]+)?(?:(?:temp|temporary|global|unique|materialized|external)[ \t]+)*"
             r"(?P<kind>table|view|function|procedure|trigger|index|type|schema|sequence|package|domain|role|policy)"
             r"[ \t]+(?:if[ \t]+not[ \t]+exists[ \t]+)?(?P<name>(?:[\w.$]|\[[^\[\]]{1,80}\]|\"[^\"]{1,80}\"|`[^`]{1,80}`)+)"),
    (".tf .hcl", r"(?P<kind>resource|data|module|variable|output|provider|locals|terraform)\b"
                 r"[ \t]*(?P<name>(?:\"[^\"]{1,80}\"[ \t]*){0,2})\{"),
    (".proto", r"[ \t]*(?P<kind>message|service|enum|rpc|extend)[ \t]+(?P<name>[\w.]+)"),
    (".graphql .gql", r"(?:extend[ \t]+)?(?P<kind>type|input|interface|enum|union|scalar|query|mutation|fragment)[ \t]+(?P<name>\w+)"),
    (".mk makefile gnumakefile", r"(?P<target>[\w./%$()-]+(?:[ \t]+[\w./%$()-]+){0,5})[ \t]*:(?!:{0,2}=)"),
    (".vb", _words("Class|Module|Sub|Function|Structure|Interface|Enum|Property", r"\w+")),
    (".hs", r"module[ \t]+(?P<module>[\w.]+)|(?P<function>[a-z_][\w']*|\([^\w\s()]+\))(?:[ \t]*,[^:]{1,120})?[ \t]*::"
            r"|(?P<kind>(?:data|newtype|type)(?:[ \t]+(?:family|instance))?|class|(?:deriving[ \t]+(?:\w+[ \t]+)?)?instance)[ \t]+"
            r"(?:\{-#[^#]{1,40}#-\}[ \t]*)?(?:[^=]{1,200}=>[ \t]*)?(?P<name>(?:(?!where\b|--)[^=|:{]){1,80})"),
    (".ml .mli", r"(?![ \t].*[ \t]in[ \t]*$)[ \t]*"
                 r"(?P<kind>let(?:[ \t]+rec)?|and|module(?:[ \t]+(?:type|rec))?|type|val|external|class)[ \t]+"
                 r"(?:(?:nonrec|mutable|virtual|[-+]?'\w+|\([^()]{0,80}'[^()]{0,80}\))[ \t]+)?(?!(?:open|module|exception|type)\b)"
                 r"(?P<name>[\w']+|\([ \t]*[^\w\s()]+[ \t]*\))"),
    (".fs .fsx .fsi", r"[ \t]*(?P<kind>(?:let|module|type|member|namespace)(?:[ \t]+(?:rec|inline|mutable|private|internal|public))*)"
            r"[ \t]+(?P<name>[\w.']+)"),
    (".clj .lisp .scm .rkt .el", r"[ \t]*\((?P<kind>defn-?|defun|defmacro|define|ns|defprotocol|defrecord|def)"
                            r"[ \t]+\(?(?:\^\S+[ \t]+)*(?P<name>[^\s()]+)"),
    (".erl .hrl", r"(?P<function>[a-z]\w*)\("),
    (".m .mm", r"(?P<kind>@interface|@implementation|@protocol)[ \t]+(?P<name>\w+)\b(?!.*;[ \t]*$)"
               r"|(?P<method>[-+][ \t]*\([^)]{1,80}\)[ \t]*\w+)"
               r"|(?!(?:if|elseif|else|while|switch|case|return)\b)"
               r"(?:function[ \t]+[^=(]{1,80}=[ \t]*|(?:[A-Za-z_]\w*[ \t*]+){1,6})(?P<function>\w+)\((?!.*;)"),
)
# fmt: on
_BLOCKS: Sequence[tuple[str, str, str]] = (
    (".ex .exs", r"@\w*doc[ \t]+(?:~[sS])?\"\"\"", '"""'),
    (".jl", r'(?:(?!""").)*"""', '"""'),
    (".hs", r"\{-", "-}"),
    (".lua", r"--\[\[", "]]"),
    (".ml .mli .fs .fsx .fsi", r"\(\*", "*)"),
    (".ps1 .psm1", "<#", "#>"),
    (".php .cs .kt .kts .swift .scala .sbt .groovy .gradle .dart .sql .m .mm .sol", r"/\*", "*/"),
)
"""How a line begins with which a comment (by one of the signs above) or a docstring of several lines begins, and what ends that."""
_LAST: Sequence[tuple[str, str]] = (
    (
        ".php .cs .kt .kts .swift .scala .sbt .groovy .gradle .sh .bash .zsh .ps1 .psm1 .dart .zig .sol .tf .hcl .proto .graphql .gql",
        r"\}",
    ),
    (".rb .rake .gemspec .podspec .cr rakefile gemfile vagrantfile .lua .jl .ex .exs .fish", r"\bend\b"),
    (".r", r"[})]+"),
    (".pl .pm", r"\}|=cut\b"),
    (".m .mm", r"\}|@end\b"),
    (".vb", r"\bend[ \t]+\w+"),
)
"""What the last line of a definition consists of, where it has one."""
_LAST_BEGINS = frozenset("})eE=@")
_ONE_LINE_ENDS = frozenset("},;d")
"""Not with `)`: a body may follow on parameters."""
_OTHERS: Sequence[tuple[str, str]] = (
    (".nim", r"[^)\]}]"),
    (".mk makefile gnumakefile", r"(?!if|else|endif)"),
    (".ml .mli", r"(?:let|open|include|exception)\b"),
    (".clj .lisp .scm .rkt .el", r"\("),
    (".erl .hrl", "-"),
)
"""How what is no definition begins, but ends one if it is indented no deeper. In other languages a body may begin there."""
_ATTRIBUTES = ("@", "[", "#[", "-spec")
_HOLDS = "@"
"""What begins with it in Objective-C holds the methods down to `@end`, which are indented no deeper."""
_NO_QUOTES = str.maketrans("", "", '"`')
_FLAGS = {".sql": re.IGNORECASE, ".vb": re.IGNORECASE, ".ps1": re.IGNORECASE, ".psm1": re.IGNORECASE}
_NOTHING = r"(?!)"


class _Signs(NamedTuple):
    """How the lines of a language are told."""

    head: re.Pattern[str]
    block_opens: re.Pattern[str]
    block_ends: str
    last: re.Pattern[str]
    other: re.Pattern[str] | None


@lru_cache(maxsize=128)  # scripts without a suffix may be called anything
def _signs_of(name: str) -> _Signs | None:
    """Those of the language that a suffix or a file's name tells, compiled when a file of it is first read."""
    patterns, last, others = (
        {known: sign for names, sign in table for known in names.split()} for table in (_PATTERNS, _LAST, _OTHERS)
    )
    if name not in patterns:
        return None
    block = next(((opening, ending) for names, opening, ending in _BLOCKS if name in names.split()), (_NOTHING, ""))
    flags = _FLAGS.get(name, 0)
    closing = rf"(?:{last.get(name, _NOTHING)})[\s;,]*(?:(?://|#|--|').*)?$"
    other = re.compile(others[name]) if name in others else None
    return _Signs(re.compile(patterns[name], flags), re.compile(block[0]), block[1], re.compile(closing, flags), other)


@dataclass(slots=True)
class _Found:
    start: int
    """With its comments."""
    end: int
    heading: Span
    """The line that names it."""
    level: int
    """How far it is indented: what it holds is indented more."""
    depth: int
    """How many braces are open before it."""
    label: str


def line_definitions(text: str, name: str) -> list[Section]:
    """The sections of all definitions, outer ones first; none if nothing is known about files called so.

    Args:
        text: all of the file.
        name: its suffix in lower case, or its whole name where it has none.
    """
    signs = _signs_of(name)
    if signs is None:
        return []
    return list(nested((found.start, found.end, found.label, found.heading) for found in _found(text, signs)))


def _found(text: str, signs: _Signs) -> list[_Found]:
    found: list[_Found] = []
    open_ones: list[_Found] = []
    closed: list[_Found] = []
    """Those that ended just above: last lines of what is around them belong to them, too."""
    leading = attribute = None
    in_block = False
    depth = 0
    for start, end, line in lines_of(text):
        bare = line.strip()
        if in_block:
            in_block = signs.block_ends not in bare
            continue
        if not bare:
            leading = attribute = None
            continue
        outside = depth
        if "{" in bare or "}" in bare:
            depth += bare.count("{") - bare.count("}")
        match = signs.head.match(line) if len(line) <= _MAX_LINE else None
        if match is not None:
            begin, label, indent = (start if leading is None else leading), _label(match), _indent(line)
            level = indent - label.startswith(_HOLDS)
            _end(open_ones, level, begin)
            found.append(_Found(begin, len(text), (start + indent, start + len(line.rstrip())), level, outside, label))
            is_whole = depth == outside and bare[-1] in _ONE_LINE_ENDS and signs.last.search(bare) is not None
            closed = []
            (closed if is_whole else open_ones).append(found[-1])
            leading = attribute = None
        elif bare[0] in _LAST_BEGINS and signs.last.match(bare):
            closed += _closed(open_ones, _indent(line) - bare.startswith(_HOLDS), depth)
            leading = attribute = None
        else:
            closed = []
            is_comment = bare.startswith(_COMMENT)
            if is_comment:
                leading = start if leading is None else leading
                attribute = _indent(line) if bare.startswith(_ATTRIBUTES) else None
            elif attribute is None or (_indent(line) <= attribute and bare[0] not in ")]}"):
                leading = attribute = None
                if signs.other is not None and signs.other.match(bare):
                    _end(open_ones, _indent(line), start)
            if is_comment or _DOCSTRING in bare:
                opened = signs.block_opens.match(bare)
                in_block = opened is not None and signs.block_ends not in bare[opened.end() :]
        for one in closed:
            one.end = end
    return found


def _end(open_ones: list[_Found], level: int, end: int) -> None:
    """Ends those that are indented no less."""
    while open_ones and open_ones[-1].level >= level:
        open_ones.pop().end = end


def _closed(open_ones: list[_Found], level: int, depth: int) -> list[_Found]:
    """Those that a last line ends; none if more braces are open behind it than before them: it stands in a string."""
    first = next((n for n, one in enumerate(open_ones) if one.level >= level), len(open_ones))
    closed = open_ones[first:]
    if closed and depth > closed[0].depth:
        return []
    del open_ones[first:]
    return closed


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _label(match: re.Match[str]) -> str:
    for kind, name in match.groupdict().items():
        if name and kind not in ("kind", "name"):
            break
    else:
        kind, name = match["kind"], match["name"]
    return " ".join(f"{kind.lower()} {name.translate(_NO_QUOTES)}".split())[:_MAX_NAME]
