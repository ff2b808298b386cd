/** How to install PostgreSQL's programs on this operating system: the hint of exit status 7. */
import { readFileSync } from 'node:fs';

export interface OperatingSystem {
  readonly platform: NodeJS.Platform;
  /** The text of /etc/os-release, empty elsewhere. */
  readonly release: string;
}

/** What to install: client programs only, or the server with them. */
export type Wanted = 'client' | 'server';

/** A sentence with the command to paste, for a given major version. */
export function installHint(wanted: Wanted, major: number, system: OperatingSystem = thisSystem()): string {
  const [command, note] = commandFor(wanted, major, system);
  const elsewhere = 'If it is installed in an unusual folder, set STRATA_PG_BIN to that folder.';
  return `Install it with: ${command}${note ? ` (${note})` : ''}. ${elsewhere}`;
}

function commandFor(wanted: Wanted, major: number, { platform, release }: OperatingSystem): readonly [string, string?] {
  if (platform === 'darwin') return [`brew install ${wanted === 'client' ? 'libpq' : `postgresql@${major}`}`];
  if (platform === 'win32') return [`winget install PostgreSQL.PostgreSQL.${major}`];
  const families = `${field(release, 'ID')} ${field(release, 'ID_LIKE')}`.split(/\s+/);
  const family = families.map((name) => LINUX[name]).find((entry) => entry !== undefined);
  return family
    ? family(wanted, major)
    : ["your distribution's package manager", `PostgreSQL ${major} or newer; see https://www.postgresql.org/download/`];
}

type Install = (wanted: Wanted, major: number) => readonly [string, string?];

const debian: Install = (wanted, major) => [
  `sudo apt-get install postgresql-${wanted === 'client' ? 'client-' : ''}${major}`,
  'when apt does not know it, add the PostgreSQL repository first: ' +
    'sudo apt-get install postgresql-common && sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh',
];
const redHat: Install = (wanted, major) => [
  `sudo dnf install postgresql${major}${wanted === 'client' ? '' : '-server'}`,
  'from the PostgreSQL repository, see https://www.postgresql.org/download/linux/redhat/',
];
const alpine: Install = (wanted, major) => [`apk add postgresql${major}${wanted === 'client' ? '-client' : ''}`];
const arch: Install = (wanted) => [`sudo pacman -S ${wanted === 'client' ? 'postgresql-libs' : 'postgresql'}`];
const suse: Install = (wanted, major) => [
  `sudo zypper install postgresql${major}${wanted === 'client' ? '' : '-server'}`,
];

const LINUX: Readonly<Record<string, Install>> = {
  debian,
  ubuntu: debian,
  fedora: redHat,
  rhel: redHat,
  centos: redHat,
  alpine,
  arch,
  suse,
  opensuse: suse,
};

function field(release: string, name: string): string {
  return new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(release)?.[1] ?? '';
}

function thisSystem(): OperatingSystem {
  try {
    return { platform: process.platform, release: readFileSync('/etc/os-release', 'utf8') };
  } catch {
    return { platform: process.platform, release: '' };
  }
}
