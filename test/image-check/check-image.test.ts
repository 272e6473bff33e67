import { execaSync } from 'execa';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkImage } from '../../image-check/main.ts';
import { needs } from '../support/needs.ts';
import { standInFolder } from './folder.ts';

needs('root', 'postgres', 'helm', 'ip');

/** The lab's stand-in of alga-core, unpacked: proves the tool, not the image. */
let image: Awaited<ReturnType<typeof standInFolder>>;
beforeAll(async () => {
  image = await standInFolder();
});
afterAll(() => image.remove());

async function checked(...argv: string[]) {
  const said = { out: '', error: '' };
  const exitCode = await checkImage(argv, {
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
  });
  return { exitCode, ...said };
}
const scratch = () => {
  const dir = mkdtempSync(join(tmpdir(), 'check-image-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
/** A whole image with something else in it. */
const changed = (change: (dir: string) => void) => {
  const dir = scratch();
  chmodSync(dir, 0o755);
  execaSync('cp', ['-al', `${image.dir}/.`, dir]);
  change(dir);
  return dir;
};
describe('the bootstrap job', () => {
  test('runs fresh, again, to recover, and cut at statements; the folder stays as it was', async () => {
    const before = execaSync('find', [image.dir, '-printf', '%p %s %T@\n']).stdout;
    const { exitCode, out } = await checked(image.dir, '--only', 'bootstrap', '--every', '45', '--limit', '2');
    expect(out).toMatch(/^fresh +4 +1 +1 +1 +seeded +1 /m);
    expect(out).toMatch(/^again +4 +1 +1 +1 +skipped +1 /m);
    expect(out).toMatch(/^recover +4 +1 +1 +1 +skipped +1 /m);
    expect(out).toMatch(/^kill at 45, answered .* (20|22)$/m);
    expect(out).toMatch(/^kill at 90, sent .* (20|22)$/m);
    expect(out.match(/^ {2}run again +4 +1 +1 +1 +seeded +1 .* 0$/gm)).toHaveLength(2);
    expect(out).toContain('bootstrap: no faults found');
    expect(exitCode).toBe(0);
    expect(execaSync('find', [image.dir, '-printf', '%p %s %T@\n']).stdout).toBe(before);
  }, 180_000);

  test('that ends well over two tenants is told as broken', async () => {
    const twice =
      "exports.seed = async (knex) => knex.raw(\"insert into tenants (client_name, email) values ('b', 'b')\");\n";
    const dir = changed((at) => writeFileSync(join(at, 'app/ee/server/seeds/onboarding/psa/03_more.cjs'), twice));
    const { exitCode, out } = await checked(dir, '--only', 'bootstrap', '--limit', '1');
    expect(out).toContain('WRONG fresh: 2 tenants found');
    expect(exitCode).toBe(1);
  }, 180_000);

  test('that fails is told with its own words', async () => {
    const dir = changed((at) => rmSync(join(at, 'app/server/scripts/create-tenant.ts')));
    const { exitCode, out } = await checked(dir, '--only', 'bootstrap');
    expect(out).toMatch(/WRONG fresh: the job ended with 12: ERROR: this image cannot make the first tenant/);
    expect(exitCode).toBe(1);
  }, 180_000);
});

describe('the Postgres of the check', () => {
  test('gives whoever is its superuser nothing of this machine to see or to write', async () => {
    const here = scratch();
    chmodSync(here, 0o777);
    const secret = join(here, 'secret');
    writeFileSync(secret, 'canary0of0this0machine\n', { mode: 0o644 });
    const beside = Object.fromEntries(['/home', '/root', '/srv', '/var/lib'].map((at) => [at, readdirSync(at)]));
    // A connection each: what is refused ends none of the others.
    const program = `
      import { createRequire } from 'node:module';
      const { Client } = createRequire('/app/server/')('pg');
      const ask = async (text) => {
        const { DB_HOST: host, DB_PORT: port, DB_PASSWORD_ADMIN: password } = process.env;
        const client = new Client({ host, port: Number(port), user: 'postgres', password, database: 'postgres' });
        await client.connect();
        return client.query(text).then(({ rows }) => JSON.stringify(rows), (error) => error.message).finally(() => client.end());
      };
      const shell = async (command) => {
        await ask('create table if not exists told (line text)');
        await ask('truncate told');
        await ask("copy told from program '{ " + command + "; } 2>&1 | tr -d \\\\'");
        return ask("select line from told");
      };
      console.log('as', await shell('id -u; grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status | tr "\\t" " "'));
      console.log('folders', await shell('ls / /srv /etc /tmp'));
      console.log('secret', await shell('cat ${secret} /etc/shadow; ls -d /root /home /work ${here} /var /run'));
      console.log('file', await ask("select pg_read_file('${secret}')"));
      console.log('wrote', await shell('id > ${here}/written; id > /usr/bin/written; id > /written; id > /tmp/check-image-written; mount -o remount,rw /usr/bin'));
      console.log('processes', await shell('cat /proc/[0-9]*/cmdline | tr "\\0" " "'));
      process.exit(1);`;
    const dir = changed((at) => writeFileSync(join(at, 'app/server/start.mjs'), program));
    const start = ['--only', 'environment', '--start', 'node /app/server/start.mjs'];
    const { out } = await checked(dir, ...start);
    const line = (name: string) => new RegExp(`^ *${name} (.*)$`, 'm').exec(out)?.[1] ?? `no line ${name} in ${out}`;
    expect(line('as')).toMatch(/^\[\{"line":"6[0-4]\d\d\d"\}.*CapEff: *0+".*NoNewPrivs: *1"/);
    expect(line('folders')).toMatch(/"line":"passwd"/);
    expect(line('folders')).not.toMatch(/shadow|root|home|work/);
    expect(line('secret')).toMatch(/No such file/);
    expect(line('file')).toMatch(/No such file/);
    expect(out).not.toContain('canary0of0this0machine');
    expect(line('wrote')).toMatch(/Read-only file system/);
    expect(line('processes')).not.toMatch(/inside\.ts|vitest/);
    expect(readdirSync(here)).toEqual(['secret']);
    expect(existsSync('/tmp/check-image-written')).toBe(false);
    for (const [at, names] of Object.entries(beside)) expect(readdirSync(at)).toEqual(names);
  }, 120_000);
});

describe('the variables', () => {
  const program = `
    import { createServer } from 'node:http';
    import { spawnSync } from 'node:child_process';
    import { env } from 'node:process';
    const level = process.env.SOME_LEVEL || 'info';
    const { SOME_HOST } = process.env;
    if ('SOME_FLAG' in env) console.log(process.env.EDITION);
    spawnSync(process.execPath, ['-e', 'process.env.OF_A_CHILD']);
    createServer().listen(3000);`;

  test('that a start reads and nothing sets are listed, those of its children too, until it listens', async () => {
    const dir = changed((at) => writeFileSync(join(at, 'app/start.mjs'), program));
    const start = ['--only', 'environment', '--start', 'node /app/start.mjs', '--env', 'BY_THE_IMAGE=1'];
    const { exitCode, out } = await checked(dir, ...start);
    expect(out).toContain('started node /app/start.mjs: it listens on 3000');
    expect(out).toMatch(/^ {2}SOME_LEVEL +default +\/app\/start\.mjs:5:\d+$/m);
    expect(out).toMatch(/^ {2}SOME_HOST +– /m);
    for (const name of ['SOME_FLAG', 'OF_A_CHILD']) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const name of ['EDITION', 'BY_THE_IMAGE']) expect(out).not.toContain(name);
    expect(exitCode).toBe(0);
  }, 120_000);

  test('are those of a program that is apart: nobody, without a network, and gone when it takes too long', async () => {
    const alone = `
      import { networkInterfaces } from 'node:os';
      import { readFileSync, writeFileSync } from 'node:fs';
      console.log('who', process.getuid(), Object.keys(networkInterfaces()).join(), /CapEff:\\s*0+\\s/.test(readFileSync('/proc/self/status', 'utf8')));
      try { writeFileSync('/app/mine', ''); } catch (error) { console.log(error.code); }
      setInterval(() => {}, 1000);`;
    const dir = changed((at) => writeFileSync(join(at, 'app/start.mjs'), alone));
    const start = ['--only', 'environment', '--start', 'node /app/start.mjs', '--seconds', '3', '--user', '1234'];
    const { out } = await checked(dir, ...start);
    expect(out).toContain('it neither listened nor ended within 3 s');
    expect(out).toContain('who 1234 lo true');
    expect(out).toContain('EACCES');
  }, 120_000);

  test.each(['a link to a file of this machine', 'a file without an end', 'other text'])(
    'are not read from what the image puts in their place: %s',
    async (instead) => {
      const secret = join(scratch(), 'secret');
      writeFileSync(secret, 'canary0of0this0machine\n{"name":"CANARY","at":"","hasDefault":false}\n', { mode: 0o600 });
      const place = {
        'a link to a file of this machine': `rmSync(READS); symlinkSync('${secret}', READS);`,
        'a file without an end': `rmSync(READS); symlinkSync('/dev/zero', READS);`,
        'other text': `writeFileSync(READS, 'canary0of0the0image {\\n{}\\n');`,
      }[instead];
      const swapping = `
        import { renameSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
        const READS = '/run/check-image/reads';
        ${place}
        console.log('put there');
        process.exit(3);`;
      // Of an image whose files are all those of the user that its programs run as.
      const dir = changed((at) => {
        writeFileSync(join(at, 'app/start.mjs'), swapping);
        mkdirSync(join(at, 'run/check-image'), { recursive: true });
        for (const folder of ['run', 'run/check-image']) chownSync(join(at, folder), 1000, 1000);
      });
      const { exitCode, out, error } = await checked(dir, '--only', 'environment', '--start', 'node /app/start.mjs');
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      expect(out).toMatch(/it ended with 3 before it listened[\s\S]*put there[\s\S]*it read no variable/);
      expect(out).not.toMatch(/canary/i);
    },
    120_000,
  );

  test('of an image in a folder with the signs of mount options in its name', async () => {
    const dir = join(scratch(), String.raw`a:b,c=d \e f`);
    mkdirSync(dir);
    chmodSync(join(dir, '..'), 0o755);
    execaSync('cp', ['-al', `${image.dir}/.`, dir]);
    writeFileSync(join(dir, 'app/start.mjs'), program);
    const { exitCode, out } = await checked(dir, '--only', 'environment', '--start', 'node /app/start.mjs');
    expect(out).toContain('it listens on 3000');
    expect(exitCode).toBe(0);
  }, 120_000);

  test('of a worker are asked for with what it starts, which its chart does not say', async () => {
    const refused = await checked(image.dir, '--image', 'email-service');
    expect(refused).toMatchObject({ exitCode: 2, out: '' });
    expect(refused.error).toContain('does not set the command of email-service');
    const started = async (name: string) => {
      const start = ['--start', `node /app/stand-in/${name}.mjs`, '--seconds', '20'];
      return (await checked(image.dir, '--image', name, ...start)).out;
    };
    expect(await started('workflow-worker')).toMatch(/it listens on \d+/);
    // It looks into the database first, which it has not here.
    expect(await started('email-service')).toContain('it ended with 1 before it listened');
  }, 120_000);
});

describe('is refused, and says why', () => {
  const refused = async (...argv: string[]) => {
    const { exitCode, out, error } = await checked(...argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    return error;
  };

  test('a folder that is no root of such an image', async () => {
    const dir = scratch();
    expect(await refused(join(dir, 'none'))).toMatch(/none: does not exist/);
    expect(await refused(dir)).toMatch(/not the root of one of the vendor's images: it has no folder app/);
    writeFileSync(join(dir, 'manifest.json'), '[]');
    expect(await refused(dir)).toMatch(/a saved image in layers: unpack its root file system/);
    expect(await refused(join(dir, 'manifest.json'))).toMatch(/is not a folder: unpack the image/);
  });

  test('one without Node, and one whose links lead out of it', async () => {
    const dir = scratch();
    mkdirSync(join(dir, 'app'));
    expect(await refused(dir)).toMatch(/has no Node \(\/usr\/local\/bin\/node, \/usr\/bin\/node\)/);
    const outside = scratch();
    const led = changed((at) => {
      rmSync(join(at, 'opt'), { recursive: true, force: true });
      symlinkSync(outside, join(at, 'opt'));
    });
    expect(await refused(led, '--only', 'bootstrap')).toMatch(/\/opt\S* in the image is not a folder, or a link/);
    expect(readdirSync(outside)).toEqual([]);
  }, 120_000);

  test('a release that is not there, and what was mistyped', async () => {
    expect(await refused(image.dir, '--release', '9.9')).toMatch(/unknown release 9\.9\. Available: .*1\.0/);
    expect(await refused(image.dir, '--every', '0')).toMatch(
      /--every 0: a whole number above 0[\s\S]*npm run check:image/,
    );
    expect(await refused()).toContain('give one FOLDER');
  });
});
