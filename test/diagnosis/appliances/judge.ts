import type { Blocker } from '../../../model/blocker.ts';
import type { StatusDocument } from '../../../model/status.ts';
import type { ApplianceCase } from './case.ts';

/** What is wrong with an answer to a case; empty when a person is served by it. */
export function faultsOf(
  { expected }: ApplianceCase,
  told: { readonly rollup: StatusDocument['rollup']; readonly blockers: readonly Blocker[] },
): string[] {
  const faults: string[] = [];
  const codes = told.blockers.map(({ code }) => code as string);
  const [first] = told.blockers;
  if (![expected.rollup].flat().includes(told.rollup.state)) faults.push(`the appliance is ${told.rollup.state}`);
  const right = expected.first === null ? [] : [expected.first, ...expected.firstOr];
  const rest = right.length > 0 ? codes.slice(1) : codes;
  if (right.length > 0 && !right.includes(first?.code ?? ''))
    faults.push(`first is ${first ? `${first.code}/${first.component}` : 'nothing'}, not ${right.join(' or ')}`);
  const noise = rest.filter((code) => ![...right, ...expected.alsoAllowed].includes(code));
  if (noise.length > 0) faults.push(`also says ${noise.join(', ')}`);
  const misleading = codes.filter((code) => expected.never.includes(code));
  if (misleading.length > 0) faults.push(`misleads with ${misleading.join(', ')}`);
  if (expected.count !== undefined && codes.length > expected.count)
    faults.push(`${codes.length} blockers (${codes.join(', ')}), not ${expected.count}`);
  const judged = expected.first === null ? told.blockers : told.blockers.slice(0, 1);
  for (const one of judged)
    if (one.loginBlocking !== expected.loginBlocking) faults.push(`${one.code} login-blocking: ${one.loginBlocking}`);
  if (first && expected.first !== null) {
    const text = [first.reason, ...first.evidence.map(({ message }) => message)].join('\n').toLowerCase();
    for (const word of expected.says) if (!text.includes(word.toLowerCase())) faults.push(`does not say "${word}"`);
    const head = `${first.reason}\n${first.evidence[0]?.message ?? ''}`.toLowerCase();
    for (const word of expected.saysNot) if (head.includes(word.toLowerCase())) faults.push(`says "${word}"`);
  }
  for (const word of expected.adviceNot)
    if (told.blockers.some(({ nextAction }) => nextAction?.toLowerCase().includes(word.toLowerCase())))
      faults.push(`advises "${word}"`);
  return faults;
}
