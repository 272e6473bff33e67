'use strict';
// Loaded before a program of an image that is checked: writes down which variables it reads that are not set, where, and the first
// port that it listens on. Plain CommonJS, for it runs in the image's own Node. A line of JSON each.
const { appendFileSync, readFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { Server } = require('node:net');

const FILE = '/run/check-image/reads';
const tell = (line) => appendFileSync(FILE, `${JSON.stringify(line)}\n`);
const told = new Set();

/** The first caller that is neither Node nor this file, as `file:line:column`; null where Node itself asks. */
function caller() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const lines = new Error('where').stack.split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of lines) {
    if (line.includes(__filename) || /Reflect\.|<anonymous>\)?$/.test(line)) continue;
    if (/\(?node:/.test(line)) return null;
    return /\(?(?:file:\/\/)?(\/[^()]*:\d+:\d+)\)?$/.exec(line)?.[1] ?? line.trim().replace(/^at /, '');
  }
  return null;
}

/** Whether the source says what counts instead, as far as its line shows: `NAME || …`, `NAME ?? …`, `NAME = …`. */
function hasDefault(name, at) {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(at) ?? [];
  try {
    const text = readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
    const from = Math.max(0, column - 1 - name.length - 20);
    const after = text.slice(text.indexOf(name, from) + name.length);
    return /^['"`\]]*\s*(\|\||\?\?|=(?!=)|\?)/.test(after);
  } catch {
    return false; // a source that is not there is none that shows a default
  }
}

function read(env, name) {
  if (typeof name !== 'string' || name in env || told.has(name)) return;
  told.add(name);
  const at = caller();
  if (at !== null) tell({ name, at, hasDefault: hasDefault(name, at) });
}

process.env = new Proxy(process.env, {
  get(env, name) {
    read(env, name);
    return env[name];
  },
  has(env, name) {
    read(env, name);
    return name in env;
  },
  getOwnPropertyDescriptor(env, name) {
    read(env, name);
    return Object.getOwnPropertyDescriptor(env, name);
  },
  // What is assigned to a variable becomes text, as with Node's own.
  set(env, name, value) {
    env[name] = value;
    return true;
  },
});
syncBuiltinESMExports();

const { listen } = Server.prototype;
Server.prototype.listen = function listenAndTell(...args) {
  this.once('listening', () => {
    const address = this.address();
    if (address !== null) tell({ listens: typeof address === 'string' ? address : String(address.port) });
  });
  return listen.apply(this, args);
};
