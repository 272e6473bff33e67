import { redact } from '../redaction/index.ts';
import { type Blocker, type BlockerCode, layerOf } from '../model/blocker.ts';
import { redactedAdvice } from '../model/advice.ts';
import { anywhere, renderAdvice } from '../model/render-advice.ts';
import type { BlockerContext } from './rule.ts';
import { ruleOf } from './rules/table.ts';

/**
 * With the words of the code's rule; evidence is redacted. `tier` decides whether it blocks login unless the context
 * says otherwise. Activities throw these; the diagnosis creates its own the same way.
 */
export function makeBlocker(code: BlockerCode, context: BlockerContext): Blocker {
  const rule = ruleOf(code);
  const advice = [...redactedAdvice(context.advice ?? rule.advice(context), redact)];
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
    nextAction: renderAdvice(advice, anywhere(context.siteId)),
    advice,
    retry: rule.retry,
    since: context.at,
  };
}
