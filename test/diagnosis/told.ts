import type { Blocker } from '../../model/blocker.ts';
import type { StatusDocument } from '../../model/status.ts';

const clock = (at: string | null) => (at === null ? 'never' : at.slice(11, 16));
const short = (text: string) => {
  const line = text.replaceAll('\n', ' ⏎ ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};
const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

/** How many are ready, and the others by their state and message. */
function components({ components: all }: StatusDocument): string[] {
  const others = Map.groupBy(
    all.filter((one) => one.status !== 'ready'),
    (one) => `${one.status}, ${one.message}`,
  );
  return [
    `ready: ${all.filter((one) => one.status === 'ready').length} of ${all.length}`,
    ...[...others].map(([state, list]) => `${state}: ${list.map((one) => `${one.tier}/${one.name}`).join(', ')}`),
  ];
}

function seen({ release, bootstrap, loginProbe, recentEvents, sources, urls }: StatusDocument): string[] {
  const [newest] = recentEvents;
  const answered = sources.filter((one) => !one.stale && one.error === null).map((one) => one.source);
  const { selectedReleaseVersion: version, appVersion, channel, gitRevision } = release;
  return [
    `release: ${version === null ? 'not known' : `${version}, app ${appVersion}, channel ${channel}, ${gitRevision}`}`,
    `database setup: ${[bootstrap.state, `users ${bootstrap.seed.usersCount ?? 'unknown'}`, ...bootstrap.logs.map(short)].join(' | ')}`,
    `login page ${urls.loginUrl}: ${loginProbe ? (loginProbe.error ?? `${loginProbe.status} ${loginProbe.location}`) : 'not asked'}`,
    `events: ${recentEvents.length}${newest ? `, first ${newest.reason} of ${newest.object} (${newest.count}): ${short(newest.message)}` : ''}`,
    `answered: ${answered.join(', ') || 'none'}`,
    ...sources
      .filter((one) => one.stale || one.error !== null)
      .map((one) => `${one.source}${one.stale ? ', stale' : ''}, last seen ${clock(one.observedAt)}: ${one.error}`),
  ];
}

function blocker(one: Blocker, wholeNext: string | null): string[] {
  const { code, component, tier, layer, severity, loginBlocking, retry, since } = one;
  return [
    `${code}/${component}: ${one.title}`,
    `  ${severity} of tier ${tier}, layer ${layer}, login ${loginBlocking ? 'blocked' : 'not blocked'}, retry ${retry}, since ${clock(since)}`,
    `  reason: ${one.reason}`,
    `  next: ${one.nextAction === wholeNext ? 'as above' : one.nextAction}`,
    ...one.evidence.map((each) => `  ${each.source} ${clock(each.at)}, ${each.object}: ${short(each.message)}`),
  ];
}

/** What a status document tells a person, a line for a thing: small enough to be read when it changes. */
export function told(status: StatusDocument): string {
  const { rollup } = status;
  return [
    `${rollup.state}: ${rollup.message}`,
    `next: ${rollup.nextAction ?? 'nothing'}`,
    ...section(
      'tiers',
      Object.entries(status.tiers).map(
        ([id, tier]) =>
          `${id}: ${tier.status}${tier.ready ? '' : ', not ready'}, since ${clock(tier.since)}${tier.message ? `: ${tier.message}` : ''}`,
      ),
    ),
    ...section(
      'blockers',
      status.topBlockers.flatMap((one) => blocker(one, rollup.nextAction)),
    ),
    ...section('components', components(status)),
    ...section(
      'under way',
      status.activeOperations.map(
        (one) =>
          `${one.kind} of ${one.tier}/${one.component} for ${one.elapsedSeconds} s: ${one.message} (${one.progressReason})`,
      ),
    ),
    ...section('seen', seen(status)),
    '',
  ].join('\n');
}
