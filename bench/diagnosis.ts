import { measureClassification } from './diagnosis-classification.ts';
import { measureCollection } from './diagnosis-collection.ts';

/** One figure as the bench prints it; `limit` in words (docs/decisions.md, D34). */
export interface DiagnosisFigure {
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly passed: boolean;
}

/** Measures the figures of diagnosis and observation. */
export async function measureDiagnosis(): Promise<DiagnosisFigure[]> {
  const words = measureClassification();
  const collection = await measureCollection();
  const round = (value: number) => String(Math.round(value * 10) / 10);
  return [
    {
      name: `classification of ${words.signals} signals`,
      value: `${round(words.classifyMs)} ms`,
      limit: '≤ 200 ms',
      passed: words.classifyMs <= 200,
    },
    { name: 'one diagnosis among 3,000 events', value: `${round(words.diagnoseMs)} ms`, limit: '–', passed: true },
    {
      name: `one collection of ${collection.objects} objects against 21 kubectl calls`,
      value: `${round(collection.collectMs)} ms against ${round(collection.kubectlMs)} ms: ${round(collection.factor)} ×`,
      limit: '≥ 20 ×',
      passed: collection.factor >= 20,
    },
    {
      name: 'extra memory of a collection',
      value: `${round(collection.extraMegabytes)} MB`,
      limit: '≤ 60 MB',
      passed: collection.extraMegabytes <= 60,
    },
  ];
}

if (import.meta.main) {
  for (const { name, value, limit, passed } of await measureDiagnosis())
    console.log(`${passed ? 'ok  ' : 'MISS'} ${name}: ${value} (${limit})`);
}
