#!/bin/sh
# Error and time of exp, tanh, log and their kin, for the instruction sets that this processor has.
set -e
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
measure() {
    name=$1
    shift
    "${CXX:-g++}" -std=gnu++20 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math "$@" \
        -Inative/include -DNAMESPACE="$name" \
        -DINSTRUCTION_SET="\"../native/src/kernels/$name.cpp\"" \
        benchmarks/elementwise.cpp -o "$out/$name"
    echo "$name"
    "$out/$name"
}
if grep -q avx512vl /proc/cpuinfo; then measure avx512 -mavx512f -mavx512vl -mavx2 -mfma; fi
if grep -q avx2 /proc/cpuinfo; then measure avx2 -mavx2 -mfma; fi
measure portable
