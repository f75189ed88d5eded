// What dialling a WebSocket server means, whichever transport does it: the options, the socket, the limits.

/** `native`: our own client, which reads into memory it is given. `ws`: the library. Both obey RFC 6455 alike. */
export type DialTransport = 'native' | 'ws';

/** A stretch of shared memory that one connection receives into; 64 bytes behind it are readable. */
export interface ReceiveSlice {
  readonly memory: Uint8Array;
  /** Index of its first byte in `memory`. */
  readonly at: number;
  readonly bytes: number;
  /**
   * A message that lies in the slice, in place of onMessage. Answers true when it read all of it as ASCII. Otherwise
   * the transport checks text for UTF-8 afterwards and fails the connection with 1007: the callee must have refused it.
   */
  onMessageAt(at: number, bytes: number, isText: boolean): boolean;
}

export interface DialOptions {
  /** Default native. */
  readonly transport?: DialTransport;
  readonly headers?: Readonly<Record<string, string>>;
  /** A larger message closes the connection with 1009. Default 32 MiB: a first snapshot of many assets is large. */
  readonly maxPayloadBytes?: number;
  /** From the call to the open connection. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** Certificate authority in PEM to trust in place of the system's, for wss. */
  readonly ca?: string;
  /** Where native receives; private memory when absent. The ws transport takes no notice of it. */
  readonly receive?: ReceiveSlice;
  onOpen(): void;
  /** Bytes came in: called first thing for each read of the socket, before the messages that end in it. */
  onRead?(): void;
  /** Called last for each read, after the messages that end in it. */
  onReadEnd?(): void;
  /** `bytes` are valid during the call only. Text has been checked for UTF-8. */
  onMessage(bytes: Uint8Array, isText: boolean): void;
  /** The peer answered a ping. */
  onPong?(): void;
  /**
   * Exactly once, for every way it ends: with the code and reason of the peer's close frame, else 1006 and why (a failed
   * handshake, a protocol error of the peer, a cut).
   */
  onClose(code: number, reason: string): void;
}

/** An outbound connection. */
export interface DialedSocket {
  /** False when the connection is not open. */
  sendText(text: string): boolean;
  sendBytes(bytes: Uint8Array): boolean;
  /** An empty ping frame (RFC 6455 §5.5.2); `onPong` tells of its answer. False when the connection is not open. */
  ping(): boolean;
  /** Stops reading, so that the peer's data waits in the kernel; `resume` goes on. Messages already read still come. */
  pause(): void;
  resume(): void;
  /** Closing handshake; `onClose` follows. */
  close(): void;
  /** Cuts the connection now. */
  terminate(): void;
  /** Bytes on the wire so far, handshake and framing included. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Bytes accepted and not yet taken by the kernel. */
  readonly bufferedBytes: number;
}

export const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A peer that does not end the connection this long after our close frame is cut. */
export const CLOSE_TIMEOUT_MS = 5_000;
export const USER_AGENT = 'dutchbook';
