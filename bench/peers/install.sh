#!/bin/sh
# Installs what `pnpm bench peers` compares with (Debian, Ubuntu): sh bench/peers/install.sh, as root.
set -e
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
  r-cran-glmnet r-cran-quantreg python3-sklearn libopenblas0-pthread
