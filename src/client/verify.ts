/** What a receiver of callbacks needs; apart from the client, since browsers have no `node:crypto`. */
export { verify as verifyCallback } from '../callbacks/verify';
export type { ReceivedMessage, VerifyResult } from '../callbacks/verify';
