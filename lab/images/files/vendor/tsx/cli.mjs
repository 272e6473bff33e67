#!/usr/bin/env node
// Stand-in for tsx, which the vendor's image has: Node itself runs TypeScript that is only annotated.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
