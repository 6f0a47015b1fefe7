/**
 * What a registry counts, in Prometheus' text format 0.0.4. Labels come from closed lists, so that no
 * stranger makes a series, and name no account: anybody may read them.
 */
import type { RefusalCode } from './refusal.js';

export const metricRoutes = [
  '/blobs/{digest}',
  '/manifests/{digest}',
  '/readers/{owner}/{name}',
  '/health',
  '/index',
  '/events',
  '/metrics',
  '/openapi.json',
  'other',
] as const;
export type MetricRoute = (typeof metricRoutes)[number];

/** Of a path that a stranger wrote. */
export function routeOf(path: string): MetricRoute {
  if (path.startsWith('/blobs/')) return '/blobs/{digest}';
  if (path.startsWith('/manifests/')) return '/manifests/{digest}';
  if (path.startsWith('/readers/')) return '/readers/{owner}/{name}';
  return metricRoutes.find((route) => route === path) ?? 'other';
}

/** Upper bounds in seconds: a small blob from the disk, up to a large one over a slow line. */
const buckets = [0.005, 0.025, 0.1, 0.5, 2, 10, 60, 600];

export type Outcome = 'fetched' | 'absent' | 'corrupt' | 'unreachable' | 'too-large' | 'no-room';

/** Values that others hold, read when somebody asks. */
export interface Gauges {
  connections: () => number;
  uploads: () => number;
  diskBytes: () => number;
  eventStreams: () => number;
}

export class Metrics {
  private readonly counters = new Map<string, Map<string, number>>();
  private readonly times = new Map<MetricRoute, { counts: number[]; sum: number }>();
  private running = 0;

  constructor(private readonly sinceMs: number) {}

  requestBegan(): void {
    this.running++;
  }

  requestEnded(it: {
    method: string;
    route: MetricRoute;
    /** 0: the client went away before an answer. */
    status: number;
    code: RefusalCode | null;
    ms: number;
    sentBytes: number;
    receivedBytes: number;
  }): void {
    this.running--;
    const method = ['GET', 'HEAD', 'PUT', 'OPTIONS'].includes(it.method) ? it.method : 'other';
    this.add('requests_total', { method, route: it.route, status: String(it.status) });
    if (it.code) this.add('refusals_total', { code: it.code });
    this.add('sent_bytes_total', {}, it.sentBytes);
    this.add('received_bytes_total', {}, it.receivedBytes);
    const time = this.times.get(it.route) ?? { counts: buckets.map(() => 0).concat(0), sum: 0 };
    const at = buckets.findIndex((bound) => it.ms <= 1_000 * bound);
    time.counts[at < 0 ? buckets.length : at]!++;
    time.sum += it.ms / 1_000;
    this.times.set(it.route, time);
  }

  blobStored(bytes: number): void {
    this.add('stored_blobs_total', {});
    this.add('stored_bytes_total', {}, bytes);
  }

  /** Of a mirror: one peer was asked for one blob. */
  peerAsked(outcome: Outcome, bytes: number): void {
    this.add('peer_answers_total', { outcome });
    this.add('peer_bytes_total', {}, bytes);
  }

  write(gauges: Gauges, nowMs: number): string {
    const lines: string[] = [];
    const gauge = (name: string, help: string, value: number): void => {
      lines.push(...head(name, 'gauge', help), `${prefix}${name} ${value}`);
    };
    gauge('up_seconds', 'Since this process started.', Math.max(0, nowMs - this.sinceMs) / 1_000);
    gauge('requests_running', 'Being answered.', this.running);
    gauge('connections', 'Open.', gauges.connections());
    gauge('uploads_running', 'Holding a slot.', gauges.uploads());
    gauge('event_streams', 'Pages that are told of changes.', gauges.eventStreams());
    gauge('disk_bytes', 'Of the blobs that are kept.', gauges.diskBytes());
    gauge('resident_bytes', 'Memory of the process.', process.memoryUsage.rss());
    for (const [name, help] of counterHelp) {
      lines.push(...head(name, 'counter', help));
      const series = [...(this.counters.get(name) ?? [['', 0] as const])].sort();
      for (const [labels, value] of series) lines.push(`${prefix}${name}${labels} ${value}`);
    }
    lines.push(...this.writeTimes());
    return `${lines.join('\n')}\n`;
  }

  private writeTimes(): string[] {
    const name = 'request_seconds';
    const lines = head(name, 'histogram', 'From the head of a request to the end of its answer.');
    for (const [route, { counts, sum }] of [...this.times].sort()) {
      let below = 0;
      for (const [i, bound] of [...buckets, '+Inf'].entries()) {
        below += counts[i]!;
        lines.push(`${prefix}${name}_bucket{route="${route}",le="${bound}"} ${below}`);
      }
      lines.push(`${prefix}${name}_sum{route="${route}"} ${sum}`);
      lines.push(`${prefix}${name}_count{route="${route}"} ${below}`);
    }
    return lines;
  }

  private add(name: string, labels: Readonly<Record<string, string>>, value = 1): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    const key = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
    const series = this.counters.get(name) ?? new Map<string, number>();
    series.set(key, (series.get(key) ?? 0) + value);
    this.counters.set(name, series);
  }
}

const prefix = 'commonweights_registry_';

const counterHelp: readonly (readonly [string, string])[] = [
  ['requests_total', 'Answered; status 0: the client went away first.'],
  ['refusals_total', 'By the code in the answer.'],
  ['sent_bytes_total', 'To clients.'],
  ['received_bytes_total', 'From clients.'],
  ['stored_blobs_total', 'Uploaded, or fetched from a peer.'],
  ['stored_bytes_total', 'Of those.'],
  ['peer_answers_total', 'A mirror asked a peer for a blob.'],
  ['peer_bytes_total', 'That peers sent, right or wrong.'],
];

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`];
}
