export { NODE_NAME, COORDINATOR_NAME, writeCertificates } from '../credentials/index.ts';
export type { CertificateRequest } from '../credentials/index.ts';
