import type { Blocker } from '../model/blocker.ts';
import type { InstallProgress } from '../model/progress.ts';
import type { StatusDocument } from '../model/status.ts';
import type { PreflightReport } from '../model/workflow-contract.ts';
import { typedHere } from './hints.ts';
import type { CallContext } from './hints.ts';
import type { InstallView } from './install/view.ts';
import type { Site } from './site.ts';

/** Makes the hints of whole documents those of this machine and this call (`typedHere`); what was seen stays as it was seen. */
export interface Typist {
  text(text: string): string;
  view(view: InstallView): InstallView;
  report(report: PreflightReport): PreflightReport;
  status(document: StatusDocument): StatusDocument;
}

/** Takes the context and the site that is talked of, gives their typist. */
export function typistFor(context: CallContext, site: Site): Typist {
  const text = (words: string): string => typedHere(context, site, words);
  const orNull = (words: string | null): string | null => (words === null ? null : text(words));
  const blocker = (one: Blocker): Blocker => ({
    ...one,
    reason: text(one.reason),
    nextAction: text(one.nextAction),
  });
  const progress = (one: InstallProgress): InstallProgress => ({
    ...one,
    blockers: one.blockers.map(blocker),
    warnings: one.warnings.map(blocker),
    nextAction: orNull(one.nextAction),
  });
  return {
    text,
    view: (view) => ({ ...view, progress: view.progress && progress(view.progress) }),
    report: (report) => ({
      ...report,
      blockers: report.blockers.map(blocker),
      warnings: report.warnings.map(blocker),
    }),
    status: (document) => ({
      ...document,
      rollup: {
        ...document.rollup,
        message: text(document.rollup.message),
        nextAction: orNull(document.rollup.nextAction),
      },
      topBlockers: document.topBlockers.map(blocker),
    }),
  };
}
