import type { View } from '../../kubernetes/view.ts';
import { placeOf } from '../../kubernetes/places.ts';
import { meantHere } from './ended.ts';
import type { Finding, Statement } from './finding.ts';
import { readLog } from './log.ts';

const POOL = 'pgbouncer';
/** What PgBouncer tells a client when it cannot log in to Postgres: that it cannot, and not why (server_login_retry). */
const ONLY_THAT = /server login has been failing|server_login_retry|pgbouncer cannot connect to server/i;

/** What the pool's own log says of why it cannot log in; null where it does not say. */
function poolsReason(view: View) {
  for (const pod of view.pods) {
    const place = placeOf(view, pod);
    if (place.component !== POOL) continue;
    for (const log of view.logsOf(pod.metadata.namespace ?? '', pod.metadata.name)) {
      const { known } = readLog(log.text, meantHere(POOL));
      if (!known || known.match.rule.code === 'database-unreachable') continue;
      const statement: Statement = {
        source: 'log',
        object: place.object,
        reason: 'log',
        message: known.line,
        at: view.takenAt,
        count: known.times,
      };
      return { code: known.match.rule.code, facts: known.match.facts, statement };
    }
  }
  return null;
}

/** Findings of clients that only repeat that PgBouncer cannot log in get the reason that stands in PgBouncer's own log. */
export function byPool(view: View, findings: readonly Finding[]): Finding[] {
  if (!findings.some(({ code, mentions }) => code === 'database-unreachable' && ONLY_THAT.test(mentions)))
    return [...findings];
  const reason = poolsReason(view);
  return findings.map((one) => {
    if (!reason || one.code !== 'database-unreachable' || !ONLY_THAT.test(one.mentions)) return one;
    return {
      ...one,
      code: reason.code,
      facts: { ...one.facts, ...reason.facts },
      statements: [reason.statement, ...one.statements],
      mentions: `${reason.statement.message}\n${one.mentions}`,
    };
  });
}
