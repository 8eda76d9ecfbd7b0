#!/bin/sh
# Trains a network on the penguins, then predicts two new ones in a fresh process.
# Usage: sh examples/demo.sh [the chainrule command]; writes into ./out.
set -eu
chainrule=${1:-chainrule}
mkdir -p out

echo '$ chainrule fit penguins --target species --seed 1 -o out/penguins.model'
"$chainrule" fit penguins --target species --seed 1 -o out/penguins.model > out/report.txt
cat out/report.txt

cat > out/new.csv <<'END'
island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year
Dream,49.5,19.1,196,3700,male,2009
Biscoe,46.2,14.4,214,4650,,2009
END
echo
echo '$ chainrule predict out/penguins.model out/new.csv --proba -o out/predictions.csv'
"$chainrule" predict out/penguins.model out/new.csv --proba -o out/predictions.csv
cat out/predictions.csv

echo
grep '^test accuracy' out/report.txt
echo 'The learning curve is drawn in out/penguins.png.'
