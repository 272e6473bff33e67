import { blockerKey } from '../../model/blocker.ts';
import { STATE_WORDS } from '../../model/state-words.ts';
import type { StatusDocument } from '../../model/status.ts';
import { count } from '../terminal/text.ts';

/** One thing that must be true of an appliance in use. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  readonly words: string;
}

type TemporalPods = NonNullable<StatusDocument['temporalPods']>;

/** docs/contract.md, "Temporal environment". */
const AUTOSETUP: Setting = {
  name: 'Temporal autosetup',
  code: 'temporal-schema-missing',
  right: 'the server runs autosetup',
  wrong: 'a pod of the server does not run autosetup',
  holds: ({ autosetup }) => autosetup,
};
const SERVICE_LINKS: Setting = {
  name: 'Temporal service links',
  code: 'service-link-collision',
  right: 'off in all pods of Temporal',
  wrong: 'on in a pod of Temporal (enableServiceLinks is not false)',
  holds: ({ serviceLinks }) => !serviceLinks,
};
const USABLE: readonly string[] = ['ready_to_log_in', 'ready_with_background_issues', 'fully_healthy'];

/**
 * What a status document must say after an install: people can log in and there is at least one user, any blocker is in the
 * background and, if one was expected, it is that one, and Temporal's pods run autosetup and get no service links.
 */
export function checksOf(document: StatusDocument, expected: string | undefined): Check[] {
  const { rollup, stale, bootstrap, topBlockers } = document;
  const { usersCount } = bootstrap.seed;
  const inTheWay = topBlockers.filter(({ loginBlocking, tier }) => loginBlocking || tier !== 'background');
  return [
    {
      name: 'rollup',
      holds: USABLE.includes(rollup.state) && !stale,
      words: `${STATE_WORDS[rollup.state]}${stale ? ', not current' : ''}`,
    },
    {
      name: 'users',
      holds: usersCount !== null && usersCount > 0,
      words: usersCount === null ? 'unknown: the database setup did not report it' : count(usersCount, 'user'),
    },
    {
      name: 'blockers',
      holds: inTheWay.length === 0,
      words:
        topBlockers.length === 0
          ? 'none'
          : topBlockers
              .map((one) => `${blockerKey(one)} (${one.tier}${one.loginBlocking ? ', blocks login' : ''})`)
              .join(', '),
    },
    ...(expected === undefined ? [] : [expectedBlocker(document, expected)]),
    temporal(document, AUTOSETUP, expected),
    temporal(document, SERVICE_LINKS, expected),
  ];
}

const isMeant = (key: string, expected: string): boolean => key === expected || key.startsWith(`${expected}/`);

function expectedBlocker({ topBlockers }: StatusDocument, expected: string): Check {
  const found = topBlockers.find((one) => isMeant(blockerKey(one), expected));
  const holds = found?.tier === 'background' && !found.loginBlocking;
  const words = found ? (holds ? 'found, in the background' : `found, but in tier ${found.tier}`) : 'not found';
  return { name: `expected blocker ${expected}`, holds, words };
}

/** One setting of Temporal's pods that must be right. */
interface Setting {
  readonly name: string;
  /** The cause that the diagnosis finds when the setting is wrong. */
  readonly code: string;
  readonly right: string;
  readonly wrong: string;
  readonly holds: (pods: TemporalPods) => boolean;
}

function temporal(document: StatusDocument, setting: Setting, expected: string | undefined): Check {
  const { name, right, wrong } = setting;
  const blocker = document.topBlockers.find((one) => one.code === setting.code);
  if (blocker) return { name, holds: false, words: blocker.title };
  const { temporalPods: pods } = document;
  if (pods) return setting.holds(pods) ? { name, holds: true, words: right } : { name, holds: false, words: wrong };
  if (pods === null) return { name, holds: false, words: 'no pod of Temporal found' };
  return byState(document, name, expected);
}

/** A page up to 0.1.0 does not report the settings: a server that is ready has its schema and can read its environment. */
function byState(document: StatusDocument, name: string, expected: string | undefined): Check {
  const component = document.components.find((one) => one.name === 'temporal');
  const isExpected = document.topBlockers.some(
    (one) => one.component === 'temporal' && expected !== undefined && isMeant(blockerKey(one), expected),
  );
  const holds = component?.status === 'ready' || isExpected;
  return { name, holds, words: `Temporal: ${component?.message ?? 'unknown'}` };
}
