import { redact } from '../redaction/index.ts';
import { type Blocker, type BlockerCode, layerOf } from '../model/blocker.ts';
import type { BlockerContext } from './rule.ts';
import { ruleOf } from './rules/table.ts';

/**
 * Takes a code and where it was met, gives the blocker with the code's own words, evidence redacted. `tier` decides
 * whether it blocks login unless the context says otherwise. Activities throw these; the diagnosis makes its own the same way.
 */
export function makeBlocker(code: BlockerCode, context: BlockerContext): Blocker {
  const rule = ruleOf(code);
  return {
    code,
    title: rule.title,
    component: context.component,
    tier: context.tier,
    layer: layerOf(code),
    loginBlocking: context.loginBlocking ?? context.tier !== 'background',
    severity: context.severity ?? 'error',
    reason: redact(context.reason ?? rule.reason(context)),
    evidence: (context.evidence ?? []).map((item) => ({ ...item, message: redact(item.message) })),
    nextAction: redact(context.nextAction ?? rule.nextAction(context)),
    retry: rule.retry,
    since: context.at,
  };
}
