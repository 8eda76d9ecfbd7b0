#!/bin/sh
# The fast tests in an environment of its own, build/NAME, with a version of Python that is
# installed: on the PATH or one of pyenv's. Where there is none, it says so and that is all.
# Usage: elsewhere.sh UV NAME VERSION "options of uv pip install" [arguments of pytest ...]
set -eu
uv=$1 name=$2 version=$3 options=$4
shift 4
for python in "python$version" \
    $(ls -d "$(pyenv root 2>/dev/null)/versions/$version."*/bin/python 2>/dev/null | sort -rV) ""; do
    "$python" -c 'import venv' 2>/dev/null && break
done
if [ -z "$python" ]; then
    echo "Python $version is not installed here: $name is left out"
    exit 0
fi
"$python" -m venv --without-pip "build/$name"
# shellcheck disable=SC2086 # the options are words
"$uv" pip install --quiet --python "build/$name" --reinstall-package chainrule $options \
    --group dev --editable .
"build/$name/bin/python" --version
OMP_NUM_THREADS=1 "build/$name/bin/python" -m pytest -n 2 --dist worksteal -m "not slow" "$@"
