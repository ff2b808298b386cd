#!/usr/bin/env node
// CommonJS by the package.json beside it: to load Node's loader of ES modules takes 7 ms.
require('../dist/cli.cjs');
