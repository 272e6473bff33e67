import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';

const { act } = proxyActivities<{ act: (given: string) => Promise<string> }>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '50 ms', maximumAttempts: 2 },
});

/** A workflow that has a payload of every kind: what it is given names them. */
export async function everyKind(given: string): Promise<string> {
  if (given === 'continued') return 'result';
  let signalled = false;
  let isFailing = true;
  setHandler(defineQuery<string, [string]>('ask'), () => 'answer');
  setHandler(defineSignal<[string]>('tell'), () => void (signalled = true));
  setHandler(defineUpdate<string, [string]>('change'), () => 'changed', {
    validator: (value) => {
      if (value === 'refused') throw new Error('update refused');
    },
  });
  await condition(() => signalled);
  upsertMemo({ later: 'memo later' });
  await act('input');
  try {
    await act('fails');
  } catch {
    isFailing = false;
  }
  if (isFailing) throw new Error('the activity did not fail');
  return continueAsNew('continued');
}

/** A workflow whose task fails. */
export async function failingTask(): Promise<never> {
  throw new Error('task failed');
}
