/** What the programs and the server say when neither a backup nor a script is to blame, but the machine that the server runs on. */

export const DISK_FULL = /No space left on device|free disk space|wrote only \d+ of|checkpoint request failed/i;

/** One that the backup needs and this server does not have. */
export const NO_LOCALE = /invalid (?:LC_|locale|ICU)|could not (?:create|open) collat/i;

/** By a full disk perhaps, of which nobody else hears then. */
export const SERVER_DOWN =
  /server closed the connection|terminating connection|Connection terminated|connection error|ECONNRE(?:FUSED|SET)|in recovery mode/i;

const OUT_OF_MEMORY = /out of (?:shared )?memory/i;

export function blamesMachine(text: string): boolean {
  return [DISK_FULL, NO_LOCALE, SERVER_DOWN, OUT_OF_MEMORY].some((words) => words.test(text));
}
