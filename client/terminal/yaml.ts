/** YAML, in a module of its own: loaded only when it is requested. */
export { parse, stringify } from 'yaml';
