// Writes the Go module that builds a program: tools/go/<name>/go.mod and go.sum.
//
//   node tools/go/pin.ts <name> <module>@<version> <package>... [--local old=version]...
//
// `go install module/cmd@version` refuses a module with `replace` lines, so each program has a module of our own
// with a `tool` line. It takes over what the program's own go.mod decides for itself: the replaces and the godebug
// settings. Its go.sum is where ours starts, so every hash in it was published by the program's maintainers.
import { copyFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';

const moduleVersion = z.object({ Path: z.string(), Version: z.string().optional() });
const goModSchema = z.object({
  Go: z.string(),
  GoDebug: z.array(z.object({ Key: z.string(), Value: z.string() })).nullish(),
  Require: z.array(z.object({ Path: z.string(), Version: z.string() })).nullish(),
  Replace: z.array(z.object({ Old: moduleVersion, New: moduleVersion })).nullish(),
});
const downloadSchema = z.object({ Dir: z.string(), GoMod: z.string() });

const goEnvironment = { GOFLAGS: '', GOWORK: 'off', GOTOOLCHAIN: 'local' };

/** The replace line of ours for one of the program's, or undefined where none is needed. */
function replaceLine(
  entry: { Old: z.infer<typeof moduleVersion>; New: z.infer<typeof moduleVersion> },
  required: ReadonlyMap<string, string>,
  localVersions: ReadonlyMap<string, string>,
): string | undefined {
  const old = entry.Old.Version === undefined ? entry.Old.Path : `${entry.Old.Path} ${entry.Old.Version}`;
  if (entry.New.Version !== undefined) return `${old} => ${entry.New.Path} ${entry.New.Version}`;
  // A folder of the program's own repository: published under the version that is required, unless that is the
  // placeholder v0.0.0 (Kubernetes' staging modules), for which the caller names the version.
  const named = localVersions.get(entry.Old.Path) ?? localVersions.get('*');
  const version = required.get(entry.Old.Path);
  if (version === undefined) return undefined;
  if (version.startsWith('v0.0.0') && named === undefined) {
    throw new Error(
      `${entry.Old.Path} is replaced by the folder ${entry.New.Path}: name its published version with --local ${entry.Old.Path}=vX.Y.Z`,
    );
  }
  return named === undefined ? undefined : `${old} => ${entry.Old.Path} ${named}`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { local: { type: 'string', multiple: true } },
});
const [name, source, ...packages] = positionals;
const [modulePath, version] = source?.split('@') ?? [];
if (name === undefined || modulePath === undefined || version === undefined || packages.length === 0) {
  process.stderr.write('usage: node tools/go/pin.ts <name> <module>@<version> <package>... [--local old=version]...\n');
  process.exit(2);
}
const localVersions = new Map(
  (values.local ?? []).map((pair): [string, string] => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]),
);

const folder = path.join(import.meta.dirname, name);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const go = (args: string[]) => execa('go', args, { cwd: folder, env: goEnvironment, stderr: ['inherit', 'pipe'] });

const download = downloadSchema.parse(
  JSON.parse((await go(['mod', 'download', '-json', `${modulePath}@${version}`])).stdout),
);
const theirs = goModSchema.parse(JSON.parse((await go(['mod', 'edit', '-json', download.GoMod])).stdout));
const required = new Map((theirs.Require ?? []).map((entry) => [entry.Path, entry.Version]));
const replaces = (theirs.Replace ?? [])
  .map((entry) => replaceLine(entry, required, localVersions))
  .filter((line) => line !== undefined);

await writeFile(
  path.join(folder, 'go.mod'),
  [
    `module appliance-client/tools/${name}`,
    `go ${theirs.Go}`,
    ...(theirs.GoDebug ?? []).map((entry) => `godebug ${entry.Key}=${entry.Value}`),
    ...packages.map((folderOfTool) => `tool ${modulePath}/${folderOfTool}`.replace(/\/\.$/, '')),
    `require ${modulePath} ${version}`,
    ...replaces.map((line) => `replace ${line}`),
    '',
  ].join('\n\n'),
);
const sums = path.join(folder, 'go.sum');
await copyFile(path.join(download.Dir, 'go.sum'), sums);
await chmod(sums, 0o644);
await go(['mod', 'tidy']);
process.stdout.write(await readFile(path.join(folder, 'go.mod'), 'utf8'));
