/** The schedule as Kubernetes manifests: a CronJob a job, the volume of the backups, and references to two Secrets. */
import { commandOf, cronTime, type Job, type ScheduleFile, type ScheduleInput } from './schedule.ts';

export interface KubernetesInput extends ScheduleInput {
  /** Image with the project in its working directory, Node and PostgreSQL's client programs; drills need a server, too. */
  readonly image: string;
}

export function kubernetesFiles(input: KubernetesInput): readonly ScheduleFile[] {
  const text = [header(input), volume(input), ...input.jobs.map((job) => cronJob(job, input))].join('---\n');
  return [{ path: `${input.name}.yaml`, mode: '644', text, note: `kubectl apply -f ${input.name}.yaml` }];
}

function header({ name, encrypted }: KubernetesInput): string {
  const identity = encrypted
    ? `# Drills open encrypted backups; only their pod gets the key:\n#   kubectl create secret generic ${name}-identity --from-file=identity=backup-key.txt\n`
    : '';
  return `# The connection is in a Secret, which is not in this file:
#   kubectl create secret generic ${name} --from-literal=DATABASE_URL='postgresql://strata_backup:PASSWORD@HOST:5432/DATABASE'
${identity}`;
}

function volume({ name }: KubernetesInput): string {
  return `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 100Gi # several times the size of a backup
`;
}

/** Never two at once; one that was missed by less than an hour is made up for; a failure is not tried again, but told. */
function cronJob(job: Job, input: KubernetesInput): string {
  const { name, image, timeZone } = input;
  const key = job.opens && input.encrypted;
  return `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}-${job.name}
  annotations:
    description: ${quoted(job.title)}
spec:
  schedule: "${cronTime(job)}"
  timeZone: ${quoted(timeZone)}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 5
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            fsGroup: 1000
          containers:
            - name: strata
              image: ${quoted(image)}
              command: [${['npx', '--no', 'strata', ...commandOf(job, input)].map(quoted).join(', ')}]
              envFrom:
                - secretRef:
                    name: ${name}
              env:
                - name: STRATA_BACKUP_DIR
                  value: /backups
                - name: STRATA_BACKUP_WAL_DIR
                  value: /backups/wal
                - name: HOME
                  value: /tmp
${key ? `                - name: STRATA_AGE_IDENTITY\n                  value: /identity/identity\n` : ''}              securityContext:
                allowPrivilegeEscalation: false
                capabilities:
                  drop: [ALL]
              volumeMounts:
                - name: backups
                  mountPath: /backups
                - name: tmp
                  mountPath: /tmp
${key ? `                - name: identity\n                  mountPath: /identity\n                  readOnly: true\n` : ''}          volumes:
            - name: backups
              persistentVolumeClaim:
                claimName: ${name}
            - name: tmp
              emptyDir: {}
${key ? `            - name: identity\n              secret:\n                secretName: ${name}-identity\n                defaultMode: 288 # 0440\n` : ''}`;
}

/** A double-quoted YAML scalar is a JSON string. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
