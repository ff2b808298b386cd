/** The schedule as lines of a crontab, which run in the machine's own time zone. */
import { join } from 'node:path';
import { commandOf, cronTime, environmentFile, type Job, type ScheduleFile, type ScheduleInput } from './schedule.ts';

export function cronFiles(input: ScheduleInput): readonly ScheduleFile[] {
  const lines = input.jobs.map((job) => `# ${job.title}\n${line(job, input)}\n`);
  const environment = environmentPath(input);
  return [
    {
      path: `${input.name}.crontab`,
      mode: '644',
      text: `# Times are those of this machine. What a job says is mailed to MAILTO.\nSHELL=/bin/sh\n${lines.join('')}`,
      note: 'Add these lines with: crontab -e',
    },
    { path: `${input.name}.env`, mode: '600', text: environmentFile(input), note: `To ${environment}, with 0600.` },
  ];
}

function environmentPath({ root, name }: ScheduleInput): string {
  return join(root, '.strata', `${name}.env`);
}

function line(job: Job, input: ScheduleInput): string {
  const when = cronTime(job);
  const command = [...input.program, ...commandOf(job, input)].map(word).join(' ');
  const whole = `cd ${word(input.root)} && set -a && . ${word(environmentPath(input))} && set +a && umask 077 && exec ${command}`;
  // crontab(5): a percent sign would end the command.
  return `${when} ${whole.replaceAll('%', '\\%')}`;
}

function word(text: string): string {
  return /^[\w@%:,./+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
