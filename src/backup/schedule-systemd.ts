/** The schedule as systemd units: a service and a timer a job. Timers that were missed are made up for at the next start. */
import { commandOf, environmentFile, type Job, padded, type ScheduleFile, type ScheduleInput } from './schedule.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export interface SystemdInput extends ScheduleInput {
  /** Who runs the jobs. */
  readonly user: string;
}

export function systemdFiles(input: SystemdInput): readonly ScheduleFile[] {
  const note = 'Into /etc/systemd/system.';
  const units = input.jobs.flatMap((job): ScheduleFile[] => {
    const unit = `${input.name}-${job.name}`;
    return [
      { path: `${unit}.service`, mode: '644', text: service(job, input), note },
      { path: `${unit}.timer`, mode: '644', text: timer(job, input), note },
    ];
  });
  const timers = input.jobs.map(({ name }) => `${input.name}-${name}.timer`).join(' ');
  const environment: ScheduleFile = {
    path: `${input.name}.env`,
    mode: '600',
    text: environmentFile(input),
    note: `To ${environmentPath(input)}, with 0600; then: systemctl daemon-reload && systemctl enable --now ${timers}`,
  };
  return [...units, environment];
}

function environmentPath({ name }: ScheduleInput): string {
  return `/etc/strata/${name}.env`;
}

/** Idle priority: a backup must not be what makes the database slow. A private /tmp: drills restore into it. */
function service(job: Job, input: SystemdInput): string {
  return `[Unit]
Description=strata: ${job.title}
Documentation=https://www.npmjs.com/package/strata-pg
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=${input.user}
WorkingDirectory=${specifiers(input.root)}
EnvironmentFile=${environmentPath(input)}
ExecStart=${[...input.program, ...commandOf(job, input)].map(word).join(' ')}
UMask=0077
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes
PrivateTmp=yes
`;
}

function timer(job: Job, { name, timeZone }: SystemdInput): string {
  const { time, weekday } = job;
  const day = weekday === null ? '' : `${WEEKDAYS[weekday]} `;
  const clock = time === null ? '*:*' : `${padded(time.hour)}:${padded(time.minute)}`;
  const often = time === null ? 'every minute' : weekday === null ? 'daily' : 'weekly';
  return `[Unit]
Description=strata: ${job.title}, ${often}

[Timer]
OnCalendar=${day}*-*-* ${clock}:00 ${timeZone}
Persistent=yes
RandomizedDelaySec=${time === null ? '0' : '5min'}
Unit=${name}-${job.name}.service

[Install]
WantedBy=timers.target
`;
}

/** A word of a command line, by systemd.syntax(7): quoted where it must be, with nothing expanded. */
function word(text: string): string {
  const plain = specifiers(text).replaceAll('$', '$$$$');
  return /^[\w@%:,./+=$-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, '\\$&')}"`;
}

function specifiers(text: string): string {
  return text.replaceAll('%', '%%');
}
