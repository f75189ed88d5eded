// The part of uWebSockets.js that server.ts uses, declared here so that the project builds without the optional package.
declare module 'uWebSockets.js' {
  export interface UwsSocket {
    send(message: string | Uint8Array, isBinary: boolean): number;
    getBufferedAmount(): number;
    end(code: number, reason: string): void;
    close(): void;
    getUserData(): unknown;
  }
  export interface UwsResponse {
    writeStatus(status: string): UwsResponse;
    writeHeader(key: string, value: string): UwsResponse;
    end(body: string | Uint8Array, closeConnection?: boolean): UwsResponse;
    close(): UwsResponse;
    onAborted(handler: () => void): UwsResponse;
    onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): UwsResponse;
    cork(write: () => void): UwsResponse;
    upgrade(userData: unknown, key: string, protocol: string, extensions: string, context: unknown): void;
  }
  export interface UwsRequest {
    getHeader(lowerCaseKey: string): string;
    getUrl(): string;
    getCaseSensitiveMethod(): string;
    getQuery(): string;
    forEach(each: (key: string, value: string) => void): void;
  }
  export interface UwsBehavior {
    maxPayloadLength: number;
    maxBackpressure: number;
    idleTimeout: number;
    sendPingsAutomatically: boolean;
    compression: number;
    upgrade(response: UwsResponse, request: UwsRequest, context: unknown): void;
    open(socket: UwsSocket): void;
    message(socket: UwsSocket, message: ArrayBuffer, isBinary: boolean): void;
    drain(socket: UwsSocket): void;
    close(socket: UwsSocket, code: number): void;
  }
  export interface UwsApp {
    listen(host: string, port: number, done: (listenSocket: unknown) => void): UwsApp;
    any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): UwsApp;
    ws(pattern: string, behavior: UwsBehavior): UwsApp;
    close(): UwsApp;
  }
  export function App(): UwsApp;
  export function us_listen_socket_close(listenSocket: unknown): void;
  export function us_socket_local_port(listenSocket: unknown): number;
}
