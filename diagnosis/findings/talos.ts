import type { BlockerCode } from '../../model/blocker.ts';
import type { TalosAnswer } from '../../model/snapshot.ts';
import type { Place } from '../../kubernetes/places.ts';
import type { View } from '../../kubernetes/view.ts';
import type { Facts } from '../rule.ts';
import { emptyReport, finding, type Report, ruleOut, type Statement } from './finding.ts';
import { allPassed, unpassedCheck } from './host/health.ts';
import { readHostLog } from './host/logs.ts';
import { resourceFaults } from './host/resources.ts';
import { serviceRows } from './host/services.ts';
import { isInsecure, readTalos } from './host/words.ts';
import { isGhost, isReady } from './nodes.ts';

const REACH: ReadonlySet<BlockerCode> = new Set([
  'talos-api-unreachable',
  'talos-maintenance-unreachable',
  'talos-tls-mismatch',
  'talos-already-configured',
]);

const LOG_COMMANDS = /\btalosctl\b.{0,2000}\s(?:dmesg|logs|events)\b/;
const HEALTH_COMMAND = /\btalosctl\b.{0,2000}\shealth\b/;
const RESOURCE_COMMANDS = /\btalosctl\b.{0,2000}\s(?:get|services?)\b/;

/** Refusals that say where the machine stands, and no fault. */
const HARMLESS: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /API is not implemented in maintenance mode/i,
    why: 'the machine is in maintenance mode, which does not support this call',
  },
  {
    pattern: /code = AlreadyExists.{0,40}etcd data directory is not empty/i,
    why: 'the cluster was already bootstrapped',
  },
  { pattern: /bootstrap is not available yet/i, why: 'the machine is still starting its services' },
];

/** A service or volume that only just changed may be on its way. */
const SETTLED_MS = 30_000;

/** A failure that an answer of talosctl tells. */
interface Observation {
  readonly code: BlockerCode;
  readonly statement: Statement;
  readonly facts: Facts;
  /** It names what failed itself. What only waits for that (a check of `health`, a condition of the machine) is its consequence. */
  readonly isDirect: boolean;
}

/** Words about a service of the machine: the connection that it was refused is its own, and not one of talosctl. */
function codeOfService(service: string, text: string): { readonly code: BlockerCode; readonly facts: Facts } {
  const found = readTalos(text, false);
  const isOwn = found?.code === 'talos-etcd-unhealthy' ? service === 'etcd' : found && !REACH.has(found.code);
  if (!found || !isOwn || found.code === 'kubernetes-unreachable' || found.code === 'node-not-ready')
    return { code: 'unknown-failure', facts: {} };
  return { code: found.code, facts: found.match.facts };
}

/** True where the API server answers and every node is Ready: a kubelet that is silent for 40 s is not, so this is of now. */
function nodesAreWell(view: View): boolean {
  const nodes = view.nodes.filter((node) => !isGhost(view, node));
  return view.current && nodes.length > 0 && nodes.every(isReady);
}

/** What an answer tells although its call succeeded. */
function observationsOf(answer: TalosAnswer, view: View, place: Place): Observation[] {
  const said = (reason: string, message: string, at: number | null): Statement => ({
    source: 'talosctl',
    object: place.object,
    reason,
    message,
    at,
  });
  if (LOG_COMMANDS.test(answer.command)) {
    const fault = readHostLog(
      answer.stdout,
      Math.max(view.nodeNow ?? 0, view.current ? 0 : view.takenAt) || view.takenAt,
      isInsecure(answer.command),
    );
    if (!fault) return [];
    const { code, facts, line, times } = fault;
    return [
      {
        code,
        facts,
        statement: { ...said('log', line.text.trim(), line.at ?? view.takenAt), count: times },
        isDirect: true,
      },
    ];
  }
  if (!RESOURCE_COMMANDS.test(answer.command)) return [];
  const services = serviceRows(answer.stdout).flatMap((row): Observation[] => {
    if (row.state !== 'Failed' && row.health !== 'Fail') return [];
    const at = row.ageSeconds === null ? null : view.takenAt - row.ageSeconds * 1000;
    if (row.ageSeconds !== null && row.ageSeconds * 1000 < SETTLED_MS) return [];
    const message = `service ${row.service} is ${row.state}, health ${row.health}: ${row.event}`;
    return [{ ...codeOfService(row.service, row.event), statement: said('Service', message, at), isDirect: true }];
  });
  const resources = resourceFaults(answer.stdout).flatMap((fault): Observation[] => {
    if (fault.at !== null && view.takenAt - fault.at < SETTLED_MS && fault.kind === 'machine') return [];
    const found = fault.kind === 'volume' ? null : readTalos(fault.message, false);
    const isKnown = found?.code === 'dns-resolution-failure' || found?.code === 'clock-skew';
    return [
      {
        code: isKnown ? found.code : 'unknown-failure',
        facts: isKnown ? found.match.facts : {},
        statement: said(fault.kind, fault.message, fault.at),
        isDirect: fault.kind !== 'machine',
      },
    ];
  });
  return [...services, ...resources];
}

/** What the answers of talosctl say. An answer that a later one of its kind overtook is history. */
export function lookAtTalos(view: View): Report {
  const report = emptyReport();
  const answers = view.snapshot.talos ?? [];
  const place: Place = {
    component: 'talos',
    tier: 'platform',
    object: view.snapshot.site?.nodeIp ? `node ${view.snapshot.site.nodeIp}` : 'node',
    above: [],
  };
  const inMaintenance = answers.some((one) => one.exitCode === 0 && isInsecure(one.command));
  const observations: Observation[] = [];
  answers.forEach((answer, index) => {
    const insecure = isInsecure(answer.command);
    // Once the secured API answers, what the maintenance API did before is history: it is closed for good.
    const later = answers.slice(index + 1).some((one) => one.exitCode === 0 && (insecure || !isInsecure(one.command)));
    const text = answer.exitCode === 0 ? '' : `${answer.stderr}\n${answer.stdout}`.trim();
    const statement: Statement = {
      source: 'talosctl',
      object: place.object,
      reason: `exit ${answer.exitCode ?? 'by signal'}`,
      message: text,
      at: view.takenAt,
    };
    if (text === '') {
      observations.push(...observationsOf(answer, view, place));
      return;
    }
    const harmless = HARMLESS.find((one) => one.pattern.test(text));
    if (harmless) return ruleOut(report, place, statement, harmless.why);
    const found = readTalos(text, insecure);
    const check = HEALTH_COMMAND.test(answer.command) ? unpassedCheck(text) : null;
    // The end of its patience says nothing of the node once a check was made.
    const asked = check !== null && (found === null || REACH.has(found.code));
    const code = asked ? 'unknown-failure' : (found?.code ?? 'unknown-failure');
    const same = answers.slice(index + 1).some((one) => one.command === answer.command && one.exitCode === 0);
    if (same || (later && REACH.has(code))) return ruleOut(report, place, statement, 'a later call was answered');
    if (HEALTH_COMMAND.test(answer.command) && allPassed(text))
      return ruleOut(report, place, statement, 'every check that was made has passed');
    if (code === 'talos-tls-mismatch' && !insecure && inMaintenance) {
      const why = 'the machine is in maintenance mode and has no cluster certificate yet';
      return ruleOut(report, place, statement, why);
    }
    observations.push({
      code,
      facts: asked ? {} : (found?.match.facts ?? {}),
      statement,
      isDirect: check === null || (code !== 'talos-etcd-unhealthy' && code !== 'unknown-failure'),
    });
  });
  conclude(view, place, observations, report);
  return report;
}

/** Services that a Ready node has: a word against them is older, or of a wrong question. */
const OF_A_READY_NODE = /^service (?:kubelet|etcd|cri|containerd|apid|trustd) /;

/** The causes among what the answers tell; what only waits for one of them stands beside it as evidence. */
function conclude(view: View, place: Place, observations: readonly Observation[], report: Report): void {
  const well = nodesAreWell(view);
  const isRefuted = ({ isDirect, statement }: Observation): boolean =>
    well && (!isDirect || OF_A_READY_NODE.test(statement.message));
  for (const { statement } of observations.filter(isRefuted))
    ruleOut(report, place, statement, 'the node itself reports that it is Ready');
  const standing = observations.filter((one) => !isRefuted(one));
  const direct = standing.filter((one) => one.isDirect);
  const causes = direct.length > 0 ? direct : standing;
  const company = direct.length > 0 ? standing.filter((one) => !one.isDirect).map(({ statement }) => statement) : [];
  for (const { code, statement, facts } of causes)
    report.findings.push(finding(code, place, [statement, ...company], { facts }));
}
