/** Card of `backup install`. */
import type { Card } from '../command.ts';
import { BACKUP_DIR } from './flags.ts';

export const INSTALL: Card = {
  name: 'install',
  summary: 'print what runs backups by the clock: systemd units, cron lines, Kubernetes manifests',
  details:
    'A backup every night, pruning after it, every backup read again on Saturdays, a drill on Sundays. Installs\n' +
    'nothing: it shows the files, or writes them with --out, and says where each belongs. They hold no secret.',
  flags: [
    { name: 'systemd', kind: 'boolean', help: 'a service and a timer for each job' },
    { name: 'cron', kind: 'boolean', help: 'lines of a crontab' },
    { name: 'kubernetes', kind: 'boolean', help: 'CronJobs and the volume of the backups; needs --image' },
    { name: 'wal', kind: 'boolean', help: 'also base backups of the WAL archive and its pruning' },
    { name: 'image', kind: 'string', value: 'image', help: 'container image with the project and its programs' },
    { name: 'user', kind: 'string', value: 'user', help: "who runs systemd's services; default: you" },
    { name: 'name', kind: 'string', value: 'name', help: 'beginning of all names; default: strata-backup' },
    { name: 'out', kind: 'string', value: 'dir', help: 'write the files there instead; nothing is overwritten' },
    BACKUP_DIR,
  ],
  examples: [
    'strata backup install --systemd --out units',
    'strata backup install --cron',
    'strata backup install --kubernetes --image registry.example.com/shop:1.4',
  ],
};
