// How the sender of bench/socket.ts writes single frames: one write system call each, never two joined.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { FramedCycle } from './socket-frames.ts';

/** A connection that frames are written to one by one. */
export interface FrameWriter {
  /** Writes a frame of the cycle: 0 when the kernel took it at once, else ends when it has. Write no other before. */
  write(index: number): 0 | Promise<void>;
}

/** Over a socket of Node: on its descriptor, as a stream's write costs as much again. What the kernel refuses waits in the stream. */
export class DescriptorWriter implements FrameWriter {
  readonly #socket: Socket;
  readonly #cycle: FramedCycle;
  readonly #fd: number;

  constructor(socket: Socket, cycle: FramedCycle) {
    this.#socket = socket;
    this.#cycle = cycle;
    this.#fd = (socket as unknown as { readonly _handle: { readonly fd?: number } })._handle.fd ?? -1;
  }

  write(index: number): 0 | Promise<void> {
    const { bytes, starts } = this.#cycle;
    const end = starts[index + 1]!;
    const left = this.#writeOnce(bytes, starts[index]!, end);
    if (left === 0) return 0;
    return new Promise((resolve) => this.#socket.write(bytes.subarray(end - left, end), () => resolve()));
  }

  /** Answers the bytes not taken: all of them where the system has no descriptor to write to. */
  #writeOnce(bytes: Buffer, from: number, to: number): number {
    if (this.#fd < 0) return to - from;
    try {
      return to - from - writeSync(this.#fd, bytes, from, to - from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return to - from;
    }
  }
}
