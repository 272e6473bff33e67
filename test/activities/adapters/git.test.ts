import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { gitPort } from '../../../activities/adapters/git.ts';

const signal = AbortSignal.timeout(60_000);
let root: string;
let bare: string;
let revisions: Record<string, string>;

/** A real bare remote with `main`, `release/1.0` and branches that end in the same words. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'appliance-git-'));
  bare = join(root, 'appliance.git');
  const work = join(root, 'work');
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: work });
  await execa('git', ['init', '--bare', '-b', 'main', bare]);
  await execa('git', ['init', '-b', 'main', work]);
  revisions = {};
  for (const branch of ['main', 'feature/main', 'old-main', 'release/1.0']) {
    await git('switch', '-C', branch);
    await git('commit', '--allow-empty', '-m', branch);
    revisions[branch] = (await git('rev-parse', 'HEAD')).stdout;
    await git('push', bare, `HEAD:refs/heads/${branch}`);
  }
  await git('tag', 'main');
  await git('push', bare, 'refs/tags/main');
  await execa('git', ['-C', bare, 'update-server-info']);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/appliance.git`;
}

describe('a Git remote', () => {
  test.each(['main', 'feature/main', 'release/1.0'])('gives the revision of exactly the branch %s', async (branch) => {
    const answer = await gitPort(process.env).inspectRemote(`file://${bare}`, branch, signal);
    expect(answer).toMatchObject({ reachable: true, revision: revisions[branch] });
  });

  test.each(['1.0', 'ain', 'release', 'refs/heads/main', 'Main'])(
    'a branch that only ends or begins like another is not there: %s',
    async (branch) => {
      const answer = await gitPort(process.env).inspectRemote(`file://${bare}`, branch, signal);
      expect(answer).toMatchObject({ reachable: true, revision: null });
    },
  );

  test('over http, with the branches it has', async () => {
    const url = await serve((request, response) => {
      const path = new URL(request.url ?? '', 'http://x').pathname.replace('/appliance.git', '');
      readFile(join(bare, path)).then(
        (body) => response.end(body),
        () => response.writeHead(404).end(),
      );
    });
    const answer = await gitPort(process.env).inspectRemote(url, 'main', signal);
    expect(answer).toMatchObject({ reachable: true, revision: revisions['main'] });
    expect(answer.reachable && answer.branches.toSorted()).toEqual(['feature/main', 'main', 'old-main', 'release/1.0']);
  });

  test('that wants a password is told apart, and nobody is asked for one', async () => {
    const url = await serve((_, response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    const asked = join(root, 'asked');
    const askpass = join(root, 'askpass');
    await writeFile(askpass, `#!/bin/sh\ntouch '${asked}'\necho secret\n`);
    await chmod(askpass, 0o700);
    const environment = { ...process.env, GIT_ASKPASS: askpass, SSH_ASKPASS: askpass, GIT_CONFIG_COUNT: '1' };
    const answer = await gitPort(environment).inspectRemote(url, 'main', signal);
    expect(answer).toMatchObject({ reachable: false, why: 'auth' });
    await expect(stat(asked)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    { name: 'forbidden', status: 403, why: 'auth' },
    { name: 'no repository', status: 404, why: 'not-a-repository' },
    { name: 'a server in trouble', status: 503, why: 'unreachable' },
  ])('$name ($status) is $why', async ({ status, why }) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    const answer = await gitPort(process.env).inspectRemote(url, 'main', signal);
    expect(answer).toMatchObject({ reachable: false, why });
  });

  test.each([
    { url: 'http://127.0.0.1:1/x.git', why: 'unreachable' },
    { url: 'https://git.no-such-place.invalid/x.git', why: 'dns' },
    { url: 'file:///no/such/folder.git', why: 'not-a-repository' },
  ])('$url: $why, with words (lesson 19)', async ({ url, why }) => {
    const answer = await gitPort(process.env).inspectRemote(url, 'main', signal);
    expect(answer).toMatchObject({ reachable: false, why });
    expect(!answer.reachable && answer.message.length).toBeGreaterThan(10);
  });

  test('that is silent ends with the time', async () => {
    const url = await serve(() => {});
    const answer = await gitPort(process.env, 300).inspectRemote(url, 'main', signal);
    expect(answer).toEqual({ reachable: false, why: 'timeout', message: 'no answer within 0.3 s' });
  });

  test('ends at once when it is aborted', async () => {
    const url = await serve(() => {});
    const controller = new AbortController();
    const asked = gitPort(process.env).inspectRemote(url, 'main', controller.signal);
    controller.abort(new Error('changed my mind'));
    await expect(asked).rejects.toThrow('changed my mind');
  });

  test('a name with a space or a flag is a name, not an option', async () => {
    const answer = await gitPort(process.env).inspectRemote('--upload-pack=touch /tmp/never', 'main', signal);
    expect(answer.reachable).toBe(false);
  });
});
