"""Which nodes of each grammar are definitions, and how they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_NAME = 120
_STATEMENTS = frozenset({"if", "else", "for", "while", "switch"})
"""Where a grammar loses its way, as in macros or the types of Flow, it takes these for the names of functions."""

_PYTHON = """
[(function_definition) (class_definition)] @definition
(decorated_definition) @wrapper
"""
_FUNCTION_VALUE = "[(arrow_function) (function_expression) (generator_function) (class)]"
_FUNCTION_PAIR = f"(pair value: {_FUNCTION_VALUE}) @definition"
_JAVASCRIPT = f"""
[(function_declaration) (generator_function_declaration) (class_declaration) (method_definition)] @definition
(program (_ (variable_declarator value: {_FUNCTION_VALUE}) @definition) @wrapper)
(program (export_statement declaration: (_ (variable_declarator value: {_FUNCTION_VALUE}) @definition) @wrapper))
(program (expression_statement (assignment_expression right: {_FUNCTION_VALUE}) @definition) @wrapper)
(program (_ (variable_declarator value: (object {_FUNCTION_PAIR}))))
(program (export_statement declaration: (_ (variable_declarator value: (object {_FUNCTION_PAIR})))))
(program (export_statement value: (object {_FUNCTION_PAIR})))
(program (expression_statement (assignment_expression right: (object {_FUNCTION_PAIR}))))
(export_statement) @wrapper
[(comment) (decorator)] @leading
"""
_JAVASCRIPT_FIELD = f"(field_definition value: {_FUNCTION_VALUE}) @definition"
_TYPESCRIPT = (
    _JAVASCRIPT
    + f"""
[(abstract_class_declaration) (interface_declaration) (enum_declaration) (internal_module) (module)
 (function_signature) (abstract_method_signature)] @definition
[(class_body (method_signature) @definition) (interface_body (method_signature) @definition)]
(type_alias_declaration value: (object_type)) @definition
(public_field_definition value: {_FUNCTION_VALUE}) @definition
[(ambient_declaration) (expression_statement (internal_module))] @wrapper
"""
)
_GO = """
[(function_declaration) (method_declaration)] @definition
(type_spec type: [(struct_type) (interface_type)]) @definition
(type_declaration) @wrapper
(comment) @leading
"""
_RUST = """
[(function_item) (function_signature_item) (impl_item) (trait_item) (struct_item) (enum_item) (union_item)
 (macro_definition) (mod_item body: (_))] @definition
[(line_comment) (block_comment) (attribute_item)] @leading
"""
_JAVA = """
[(class_declaration) (interface_declaration) (enum_declaration) (record_declaration) (annotation_type_declaration)
 (method_declaration) (constructor_declaration) (compact_constructor_declaration)] @definition
[(line_comment) (block_comment)] @leading
"""
_C = """
[(function_definition) (struct_specifier body: (_)) (union_specifier body: (_)) (enum_specifier body: (_))] @definition
(type_definition) @wrapper
(comment) @leading
"""
_CPP = (
    _C
    + """
[(class_specifier body: (_)) (namespace_definition)] @definition
(template_declaration) @wrapper
"""
)

_KINDS = {
    "function_definition": "function",
    "class_definition": "class",
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "function_signature": "function",
    "class_declaration": "class",
    "abstract_class_declaration": "class",
    "class_specifier": "class",
    "method_definition": "method",
    "abstract_method_signature": "method",
    "method_signature": "method",
    "type_alias_declaration": "type",
    "method_declaration": "method",
    "constructor_declaration": "method",
    "compact_constructor_declaration": "method",
    "interface_declaration": "interface",
    "annotation_type_declaration": "annotation",
    "record_declaration": "record",
    "enum_declaration": "enum",
    "enum_specifier": "enum",
    "enum_item": "enum",
    "internal_module": "namespace",
    "module": "namespace",
    "namespace_definition": "namespace",
    "struct_specifier": "struct",
    "struct_item": "struct",
    "union_specifier": "union",
    "union_item": "union",
    "function_item": "fn",
    "function_signature_item": "fn",
    "trait_item": "trait",
    "mod_item": "mod",
    "macro_definition": "macro",
}


# Where the grammars keep the name and the value of an assigned function.
_ASSIGNED = {
    "variable_declarator": ("name", "value"),
    "assignment_expression": ("left", "right"),
    "pair": ("key", "value"),
    "field_definition": ("property", "value"),
    "public_field_definition": ("name", "value"),
}

Label = tuple[str, str, int]
"""Kind, name, and the byte where the name stands."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition in a source text."""

    start: int
    end: int
    name_at: int
    """Where the name stands: it tells which line is the heading."""
    kind: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A grammar and the query that finds its definitions, what wraps them, and what may stand above them."""

    suffixes: frozenset[str]
    module: str
    function: str
    query: str
    kinds: Mapping[str, str]


def _language(
    suffixes: str, module: str, query: str, *, function: str = "language", kinds: Mapping[str, str] = _KINDS
) -> Language:
    return Language(frozenset(suffixes.split()), f"tree_sitter_{module}", function, query, kinds)


LANGUAGES = (
    _language(".py .pyi", "python", _PYTHON, kinds={**_KINDS, "function_definition": "def"}),
    _language(".js .jsx .mjs .cjs", "javascript", _JAVASCRIPT + _JAVASCRIPT_FIELD),
    _language(".ts .mts .cts", "typescript", _TYPESCRIPT, function="language_typescript"),
    _language(".tsx", "typescript", _TYPESCRIPT, function="language_tsx"),
    _language(".go", "go", _GO, kinds={**_KINDS, "function_declaration": "func", "method_declaration": "func"}),
    _language(".rs", "rust", _RUST),
    _language(".java", "java", _JAVA),
    _language(".c", "c", _C),
    _language(".h .cc .cpp .cxx .hpp .hh .hxx .cu .cuh .ino .inl .ipp", "cpp", _CPP),
)


def wrappers_of(nodes: Iterable[Node]) -> dict[int, Node]:
    """Map the id of each wrapped node to what wraps it (`export`, decorators, `template`) and holds nothing else.

    `Node.parent` would tell the same, but searches from the root each time.
    """
    wrappers = {}
    for wrapper in nodes:
        children = wrapper.named_children
        count = Counter(child.type for child in children)
        wrappers.update({child.id: wrapper for child in children if count[child.type] == 1})
    return wrappers


def label(code: bytes, node: Node, wrapper: Node | None, kinds: Mapping[str, str]) -> Label | None:
    """Return kind and name of a definition, and the byte where the name stands; None if it has no name or is none."""
    if node.type in _ASSIGNED:
        labelled = _assigned(code, node)
    elif node.type == "type_spec":
        labelled = _go_type(code, node)
    elif node.type == "impl_item":
        labelled = _impl(code, node)
    elif node.type == "namespace_definition" and node.child_by_field_name("name") is None:
        labelled = "namespace", "", node.start_byte
    elif node.type == "function_definition" and node.child_by_field_name("declarator") is not None:
        labelled = _c_function(code, node)
    else:
        kind = kinds[node.type]
        labelled = _named(code, kind, node.child_by_field_name("name") or _typedef_name(wrapper), _receiver(code, node))
    if labelled is None or labelled[1] in _STATEMENTS:
        return None
    kind, name, at = labelled
    return kind, shortened_name(" ".join(name.split()).strip("'\"")), at


def shortened_name(name: str) -> str:
    """The name, cut if it is none that anybody would read."""
    return name if len(name) <= _MAX_NAME else name[: _MAX_NAME - 1] + "…"


def end_of(node: Node) -> int:
    """Return where the last token ends that is no comment; Python's blocks take in comments that follow them."""
    end = node.end_byte
    while node.child_count:
        last = node.child_count - 1
        while last and (child := node.child(last)) is not None and child.type == "comment":
            last -= 1
        child = node.child(last)
        if child is None:
            break
        node = child
        end = node.end_byte
    return end


def _text(code: bytes, node: Node | None) -> str:
    return "" if node is None else code[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _named(code: bytes, kind: str, name: Node | None, prefix: str = "") -> Label | None:
    return None if name is None else (kind, prefix + _text(code, name), name.start_byte)


def _assigned(code: bytes, node: Node) -> Label | None:
    """`const total = () => …`, `exports.total = function …`, `total = () => …` in a class."""
    value = node.child_by_field_name(_ASSIGNED[node.type][1])
    kind = "class" if value is not None and value.type == "class" else "function"
    return _named(code, kind, node.child_by_field_name(_ASSIGNED[node.type][0]))


def _go_type(code: bytes, node: Node) -> Label | None:
    value = node.child_by_field_name("type")
    kind = "interface" if value is not None and value.type == "interface_type" else "struct"
    return _named(code, kind, node.child_by_field_name("name"))


def _receiver(code: bytes, node: Node) -> str:
    """`(Cart) ` for a Go method on `*Cart` or `Cart[T]`."""
    receiver = node.child_by_field_name("receiver") if node.type == "method_declaration" else None
    if receiver is None or not receiver.named_child_count:
        return ""
    kind = receiver.named_children[0].child_by_field_name("type")
    return f"({_text(code, kind).lstrip('*').partition('[')[0].strip()}) "


def _impl(code: bytes, node: Node) -> Label | None:
    subject, trait = node.child_by_field_name("type"), node.child_by_field_name("trait")
    return _named(code, "impl", subject, "" if trait is None else f"{_text(code, trait)} for ")


def _typedef_name(wrapper: Node | None) -> Node | None:
    """Return the name that `typedef struct { … } name;` gives."""
    if wrapper is None or wrapper.type != "type_definition":
        return None
    return wrapper.child_by_field_name("declarator")


def _c_function(code: bytes, node: Node) -> Label | None:
    name = node.child_by_field_name("declarator")
    is_function = False
    while name is not None and name.type != "operator_cast":
        is_function |= name.type == "function_declarator"
        inner = name.child_by_field_name("declarator")
        if inner is None and name.type in ("reference_declarator", "parenthesized_declarator"):
            inner = name.named_child(name.named_child_count - 1) if name.named_child_count else None
        if inner is None:
            break
        name = inner
    if name is not None and name.type == "operator_cast":  # `operator bool()`, named by its type
        return "function", _text(code, name).partition("(")[0], name.start_byte
    if is_function:
        return _named(code, "function", name)
    # `class EXPORT Cart { … }` with an unknown macro reads as a function without parameters.
    specifier = node.child_by_field_name("type")
    kind = None if specifier is None else _KINDS.get(specifier.type)
    return None if kind is None else _named(code, kind, name)
