import type { Finding } from './findings/finding.ts';

/** What each component needs from others before it can run (docs/contract.md, "HelmReleases"). */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  pgbouncer: ['db'],
  bootstrap: ['db'],
  'alga-core': ['db', 'redis', 'pgbouncer', 'bootstrap'],
  temporal: ['db'],
  'temporal-ui': ['temporal'],
  'email-service': ['db', 'redis', 'pgbouncer', 'bootstrap', 'alga-core'],
  'workflow-worker': ['db', 'redis', 'pgbouncer', 'bootstrap', 'temporal', 'alga-core'],
  'temporal-worker': ['db', 'redis', 'pgbouncer', 'bootstrap', 'temporal', 'alga-core'],
  hocuspocus: ['db', 'redis', 'bootstrap', 'alga-core'],
};

/** Words by which a program names another component that it cannot reach. */
const NAMES: Readonly<Record<string, RegExp>> = {
  db: /\bdb\b|postgres|database|5432|6432|knex/i,
  redis: /redis|6379/i,
  pgbouncer: /pgbouncer|6432/i,
  bootstrap: /bootstrap|migrat|seed|users|relation "[^"\n]+" does not exist/i,
  temporal: /temporal|7233/i,
  'alga-core': /alga-core|:3000|sebastian/i,
};

/** Direct and indirect needs, the nearest first. */
export function needsOf(component: string): readonly string[] {
  return NEEDS[component] ?? [];
}

/** Whether the finding's own words name the component. */
function speaksOf(finding: Finding, component: string): boolean {
  return NAMES[component]?.test(finding.mentions) ?? finding.mentions.includes(component);
}

/** A headless Service has no address while its pod is not Ready: then its name is unknown (docs/contract.md). */
const HEADLESS: readonly string[] = ['db', 'redis'];

/** Whether the finding is about a program that only misses another component, which it needs and names. */
export function lacks(finding: Finding, component: string): boolean {
  if (!needsOf(finding.component).includes(component)) return false;
  switch (finding.code) {
    case 'database-unreachable':
      return component === 'db' || component === 'pgbouncer';
    case 'redis-unreachable':
      return component === 'redis';
    case 'temporal-unreachable':
      return component === 'temporal';
    case 'dns-resolution-failure': {
      // PgBouncer asks for one server only, and does not name it to its clients.
      const host = finding.facts.host ?? (finding.component === 'pgbouncer' ? 'db' : undefined);
      return HEADLESS.includes(component) && host?.split('.')[0] === component;
    }
    // Tables and roles are made by the database's setup: what is missing waits for it.
    case 'database-missing':
      return component === 'bootstrap';
    case 'crash-loop':
    case 'probe-failing':
    case 'unknown-failure':
      return speaksOf(finding, component);
    default:
      return false;
  }
}
