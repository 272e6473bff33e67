import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asHolder, recordHolder } from '../../holder/hold.ts';
import { CARRIED_INSTALL } from '../../model/carried-install.ts';
import type { CarriedInstall, HandedOn } from '../../model/carried-install.ts';
import { readDocument, readDocumentText } from '../../model/documents.ts';
import { simulationPorts } from '../../simulation/index.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { carriedKeeper } from '../../worker/carried.ts';
import type { CarriedKeeper } from '../../worker/carried.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { TEST_IDENTITY, keptOrder, workflowIdOf } from '../support/orders.ts';
import { testSpec } from '../support/spec.ts';

const SITE = 'office';
type Keep = CarriedKeeper['sinks']['carried']['keep']['fn'];
const EXAMPLE = join(import.meta.dirname, '../fixtures/documents/CarriedInstall.v1.json');

/** A worker's folder of a site, and the state of an install of it. */
async function desk() {
  const home = await temporaryFolder();
  const ports = simulationPorts({ scenario: 'all-well', home });
  const folder = ports.folder(SITE);
  const order = await keptOrder(folder, testSpec({ siteId: SITE }));
  const read = readDocument(CARRIED_INSTALL, JSON.parse(await readFile(EXAMPLE, 'utf8')));
  if (!('value' in read)) throw new Error('the example is read');
  const { state } = read.value;
  const keeper = carriedKeeper(() => ports);
  const keep: Keep = keeper.sinks.carried.keep.fn;
  return {
    ports,
    folder,
    order,
    handOn: async (handedOn: number, changed: Partial<HandedOn> = {}): Promise<CarriedInstall | null> => {
      const info = { workflowId: workflowIdOf(SITE) } as Parameters<Keep>[0];
      await keep(info, { order, state: { ...state, handedOn }, ...changed });
      await keeper.settled();
      const kept = readDocumentText(CARRIED_INSTALL, (await folder.read(SITE_FILES.carried)) ?? '');
      return 'value' in kept ? kept.value : null;
    },
  };
}

test('what a workflow hands on is kept by the newest, once this operator holds the site', async () => {
  const { ports, folder, order, handOn } = await desk();
  expect(await handOn(1)).toBeNull();
  const mine = await asHolder(ports, 2);
  await recordHolder(folder, mine);
  expect(await handOn(3)).toMatchObject({
    siteUid: TEST_IDENTITY.siteUid,
    workflowId: workflowIdOf(SITE),
    epoch: 2,
    counter: 3,
    order,
  });
  expect(await handOn(2)).toMatchObject({ epoch: 2, counter: 3 });
  await recordHolder(folder, { ...mine, epoch: 3 });
  expect(await handOn(1)).toMatchObject({ epoch: 3, counter: 1 });
  await recordHolder(folder, { ...mine, operatorId: randomUUID(), epoch: 4 });
  expect(await handOn(9)).toMatchObject({ epoch: 3, counter: 1 });
});

test('nothing of another site of the same name is kept in the folder', async () => {
  const { ports, folder, order, handOn } = await desk();
  await recordHolder(folder, await asHolder(ports, 1));
  const foreign = { ...order, inputs: { ...order.inputs, siteUid: randomUUID() } };
  expect(await handOn(1, { order: foreign })).toBeNull();
});
