import { siteFolder } from '../../../site-folder/index.ts';
import { keepInputs } from '../../../site-folder/inputs.ts';
import { testSpec } from '../../support/spec.ts';

/** Started with an IPC channel: takes homes, keeps the inputs of one site in each, and says the digest or what went wrong. */
process.on('message', (home: string) => {
  const spec = testSpec();
  keepInputs(siteFolder(home, spec.siteId), spec).then(
    (digest) => process.send?.(digest),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.send?.('ready');
