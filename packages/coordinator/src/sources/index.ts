export { LocalRowSource } from './local.ts';
export { inlineRowSource } from './inline.ts';
