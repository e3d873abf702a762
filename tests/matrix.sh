#!/usr/bin/env bash
# The integrations' own tests against the lowest and the newest framework that each declares, and the core's tests of
# words, of reading files and of the command line against the lowest and the newest of each package that it declares.
#
#   tests/matrix.sh [floor|newest|all] [PYTHON ...]        default: all, on 3.10 and 3.13
#
# Environments are made once, below .bench/matrix, and kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
UV="$PWD/.venv/bin/uv"
[ -x "$UV" ] || UV=uv
WHICH="${1:-all}"
[ $# -eq 0 ] || shift
PYTHONS=("$@")
[ ${#PYTHONS[@]} -gt 0 ] || PYTHONS=(3.10 3.13)
TOOLS="pytest>=8.3 pytest-asyncio>=1.0 pytest-timeout>=2.3 pytest-xdist>=3.6 pytest-socket hypothesis>=6.115 opentelemetry-sdk>=1.30"

# The interpreter of a version: pyenv's if it has one, else what uv finds.
interpreter() {
    local found=("${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python)
    if [ -x "${found[-1]}" ]; then echo "${found[-1]}"; else echo "$1"; fi
}

# run NAME PYTHON FOLDERS REQUIREMENTS: installs the folders (separated by commas) and runs the tests of each
run() {
    local name="$1" python="$2" folders="$3" environment="$PWD/.bench/matrix/$1-$2" folder
    shift 3
    echo "== $name, Python $python"
    [ -x "$environment/bin/python" ] || "$UV" venv --quiet --python "$(interpreter "$python")" "$environment"
    local editable=(-e .)
    for folder in ${folders//,/ }; do editable+=(-e "integrations/$folder"); done
    # shellcheck disable=SC2086
    UV_LINK_MODE=copy "$UV" pip install --quiet --upgrade --python "$environment/bin/python" "${editable[@]}" $TOOLS "$@"
    for folder in ${folders//,/ }; do
        (cd "integrations/$folder" && "$environment/bin/python" -m pytest -q -p no:cacheprovider)
    done
}

# core NAME PYTHON RESOLUTION [OPTIONS OF PYTEST]
core() {
    local name="core-$1" python="$2" environment="$PWD/.bench/matrix/core-$1-$2" resolution="$3"
    shift 3
    echo "== $name, Python $python"
    [ -x "$environment/bin/python" ] || "$UV" venv --quiet --python "$(interpreter "$python")" "$environment"
    "$UV" pip compile --quiet --no-sources --upgrade --resolution "$resolution" --python "$environment/bin/python" \
        --extra office --output-file "$environment/packages.txt" pyproject.toml > /dev/null
    # shellcheck disable=SC2086
    UV_LINK_MODE=copy "$UV" pip install --quiet --python "$environment/bin/python" -r "$environment/packages.txt" -e . \
        $TOOLS python-docx
    # Those of token counts read a vocabulary that LlamaIndex ships, and no package that differs here.
    "$environment/bin/python" -m pytest -q -n auto -p no:cacheprovider "$@" --ignore tests/text/test_tokens.py tests/text \
        tests/loading tests/cli/test_cli.py
}

for python in "${PYTHONS[@]}"; do
    # For later Pythons there are no wheels of the lowest versions. Old packages warn of what has become of theirs.
    if [ "$WHICH" != newest ] && [[ "$python" == 3.1[0-2] ]]; then
        core floor "$python" lowest-direct -o filterwarnings=default
    fi
    # What `uv.lock` holds is held back by the systems that the evaluation compares with: PyStemmer is 2 there, and 3 is out.
    if [ "$WHICH" != floor ]; then core newest "$python" highest; fi
    if [ "$WHICH" != newest ]; then
        # langgraph is left out: its own lower bounds admit versions that do not import with this core.
        run langchain-floor "$python" langchain-secondhop langchain-core==1.0.0 langchain-classic==1.0.0 "langchain-tests>=1.0"
    fi
    if [ "$WHICH" != floor ]; then
        run langchain-newest "$python" langchain-secondhop "langchain-core>=1.0,<2" langchain-classic langgraph langchain-tests \
            nbclient ipykernel
    fi
done

LLAMA_INDEX=llama-index-postprocessor-secondhop,llama-index-retrievers-secondhop
for python in "${PYTHONS[@]}"; do
    if [ "$WHICH" != newest ]; then run llama-index-floor "$python" "$LLAMA_INDEX" llama-index-core==0.13.0 nbclient ipykernel; fi
    if [ "$WHICH" != floor ]; then run llama-index-newest "$python" "$LLAMA_INDEX" "llama-index-core>=0.13,<0.15" nbclient ipykernel; fi
done
