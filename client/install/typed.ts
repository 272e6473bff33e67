import type { Blocker } from '../../model/blocker.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { StatusDocument } from '../../model/status.ts';
import type { PreflightReport } from '../../model/workflow-contract.ts';
import { typedHere } from '../site/hints.ts';
import type { CallContext } from '../site/hints.ts';
import type { InstallView } from './view.ts';
import { onceInstalled } from '../render/once-installed.ts';
import type { Site } from '../site/site.ts';

/** Makes the hints of whole documents those of this machine and this call (`typedHere`); what was seen stays as it was seen. */
export interface Typist {
  text(text: string): string;
  view(view: InstallView): InstallView;
  report(report: PreflightReport): PreflightReport;
  /** `isRunning`: an install is there that looks again and can be told to. */
  status(document: StatusDocument, isRunning: boolean): StatusDocument;
}

/** Takes the context and the site that is talked of, gives their typist. */
export function typistFor(context: CallContext, site: Site): Typist {
  const text = (words: string): string => typedHere(context, site, words);
  const action = (words: string, isRunning: boolean): string => text(isRunning ? words : onceInstalled(words));
  const actionOrNull = (words: string | null, isRunning: boolean): string | null =>
    words === null ? null : action(words, isRunning);
  const blocker = (one: Blocker, isRunning = true): Blocker => ({
    ...one,
    reason: text(one.reason),
    nextAction: action(one.nextAction, isRunning),
  });
  const progress = (one: InstallProgress): InstallProgress => ({
    ...one,
    blockers: one.blockers.map((each) => blocker(each)),
    warnings: one.warnings.map((each) => blocker(each)),
    nextAction: actionOrNull(one.nextAction, true),
  });
  return {
    text,
    view: (view) => ({ ...view, progress: view.progress && progress(view.progress) }),
    report: (report) => ({
      ...report,
      blockers: report.blockers.map((each) => blocker(each)),
      warnings: report.warnings.map((each) => blocker(each)),
    }),
    status: (document, isRunning) => ({
      ...document,
      rollup: {
        ...document.rollup,
        message: text(document.rollup.message),
        nextAction: actionOrNull(document.rollup.nextAction, isRunning),
      },
      topBlockers: document.topBlockers.map((each) => blocker(each, isRunning)),
    }),
  };
}
