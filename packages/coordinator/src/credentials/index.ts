export * from './names.ts';
export * from './certificates.ts';
export * from './token.ts';
export * from './folder.ts';
