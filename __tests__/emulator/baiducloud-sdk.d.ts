/** The vendor ships no types for these. Named here is what the tests use, as read in its sources (1.0.7). */
declare module '@baiducloud/sdk' {
  /** What a call of the client gives. */
  interface SdkReply {
    readonly http_headers: Readonly<Record<string, string>>;
    readonly body: Readonly<Record<string, unknown>>;
  }

  /** bce-auth-v1. */
  export class Auth {
    constructor(accessKeyId: string, secretAccessKey: string);
    generateAuthorization(
      method: string,
      path: string,
      query: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>>,
      timestampSeconds: number,
      expirationSeconds?: number,
      headersToSign?: readonly string[]
    ): string;
  }

  /** The client of BCC; it calls the paths of version 1. */
  export class BccClient {
    constructor(config: object);
    listInstances(options?: object): Promise<SdkReply>;
    getInstance(id: string): Promise<SdkReply>;
    getImages(options?: object): Promise<SdkReply>;
    startInstance(id: string): Promise<SdkReply>;
    stopInstance(id: string): Promise<SdkReply>;
    restartInstance(id: string): Promise<SdkReply>;
    sendRequest(method: string, path: string, rest: object): Promise<SdkReply>;
  }
}
