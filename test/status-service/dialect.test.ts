import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StatusDocument } from '../../model/status.ts';
import { dialectIn, shownOf } from '../support/dialect.ts';
import { SCENES } from './support/scenes.ts';
import { startService, type Service } from './support/service.ts';

const PAGES = ['/', '/diagnostics', '/pods', '/pods/msp/db-0'];

let service: Service;
beforeAll(async () => {
  service = await startService({ STATUS_SOURCE: 'stdin' });
});
afterAll(() => service.stop());

test('the door says nothing in the old dialect', async () => {
  expect(dialectIn(shownOf(await (await service.get('/')).text()))).toEqual([]);
});

test.each(Object.entries(SCENES))('the pages of %s say nothing in the old dialect', async (_, scene) => {
  const wanted = scene.document();
  service.process.stdin?.write(`${JSON.stringify(wanted)}\n`);
  const causes = ({ topBlockers }: StatusDocument) => JSON.stringify(topBlockers);
  await service.until<StatusDocument>(
    (shown) =>
      shown.rollup.state === scene.state &&
      causes(shown) === causes(wanted) &&
      shown.activeOperations.length === wanted.activeOperations.length,
  );
  const said = await Promise.all(
    PAGES.map(async (path) =>
      dialectIn(shownOf(await (await service.ask(path)).text())).map((hit) => `${path}: ${hit}`),
    ),
  );
  expect([...new Set(said.flat())]).toEqual([]);
});
