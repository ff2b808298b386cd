// Preloaded into a measured process: writes its resource usage when it exits.
const { writeFileSync } = require('node:fs');
const file = process.env.STRATA_BENCH_USAGE;
if (file) process.on('exit', () => writeFileSync(file, JSON.stringify(process.resourceUsage())));
