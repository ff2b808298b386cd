#!/bin/sh
# Copy to .git/hooks/pre-commit and make it executable. Judges files alone, so no database is needed.
set -e
git diff --cached --quiet -- migrations sql seeds strata.lock.json strata.config.json && exit 0
npx strata check --only verify,lint,seed
