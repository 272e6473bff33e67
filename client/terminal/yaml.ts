/** YAML, in a module of its own: loaded only where somebody asks for it. */
export { parse, stringify } from 'yaml';
