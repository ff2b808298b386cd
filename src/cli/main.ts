/** argv to command, Outcome to reporter, Outcome to exit status. The only caller of process.exit and stdout. */
process.stdout.write('strata\n');
