/** Prometheus' text format, for the textfile collector of its node exporter. */

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Null: not known, left out. */
  readonly value: number | null;
}

export type Metric = (
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly Sample[],
) => readonly string[];

/** Writes metrics whose names begin so. A metric without samples is left out whole. */
export function metricsOf(prefix: string): Metric {
  return (name, type, help, samples) => {
    const known = samples.filter(({ value }) => value !== null);
    if (known.length === 0) return [];
    const full = `${prefix}_${name}`;
    const lines = known.map(({ labels = {}, value }) => `${full}${labelText(labels)} ${value}\n`);
    return [`# HELP ${full} ${help}\n`, `# TYPE ${full} ${type}\n`, ...lines];
  };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
    return `${name}="${escaped}"`;
  });
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Of an ISO time. */
export function seconds(time: string | null | undefined): number | null {
  return time ? Date.parse(time) / 1000 : null;
}
