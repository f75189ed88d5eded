// Signatures on secp256k1: the native library where it loads and agrees with @noble/curves, else @noble/curves. Both are
// deterministic (RFC 6979) and of low s, so both give the same bytes. The only loader of secp256k1.
import { createRequire } from 'node:module';
import { secp256k1 } from '@noble/curves/secp256k1.js';

/** Signs digests. `out`: 65 bytes, r, s, v = 27 + recovery bit. */
export interface Curve {
  readonly name: 'secp256k1' | '@noble/curves';
  sign(digest: Uint8Array, key: Uint8Array, out: Uint8Array): void;
}

/** A curve, and why it is not the native one: '' when it is. */
export interface ChosenCurve {
  readonly curve: Curve;
  readonly why: string;
}

/** As much of the package as is used. */
export interface NativeLibrary {
  ecdsaSign(digest: Uint8Array, key: Uint8Array, options: object, output: Uint8Array): { readonly recid: number };
}

const V_BASE = 27;

const nobleCurve: Curve = {
  name: '@noble/curves',
  sign: (digest, key, out) => {
    // The recovery bit comes first there.
    const recovered = secp256k1.sign(digest, key, { prehash: false, format: 'recovered' });
    out.set(recovered.subarray(1));
    out[64] = V_BASE + recovered[0]!;
  },
};

/** The package's main file would put another library in the place of a binary that does not load; this one throws. */
function loadNative(): NativeLibrary {
  return createRequire(import.meta.url)('secp256k1/bindings') as NativeLibrary;
}

function nativeCurve(library: NativeLibrary): Curve {
  return {
    name: 'secp256k1',
    sign: (digest, key, out) => {
      const { recid } = library.ecdsaSign(digest, key, {}, out.subarray(0, 64));
      out[64] = V_BASE + recid;
    },
  };
}

// The first well-known key of the Hardhat test network, and the order id and signature that py_clob_client_v2 gives.
const VECTOR = {
  key: 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  digest: '32961c48ddac87ed3582f8e02097cd0eff4fcf80460306bd44b3710438dfa64c',
  signature:
    '89f178136333c8ebb32a19146cb891233e3202d474be6ef730c24dbc06ae4d2a0c99948a86d9b57de0f2c0bb8ec6964aa244ecf17cfa3a95b86878d0b64ad78a1b',
};

function holdsVector(curve: Curve): boolean {
  const out = new Uint8Array(65);
  curve.sign(Buffer.from(VECTOR.digest, 'hex'), Buffer.from(VECTOR.key, 'hex'), out);
  return Buffer.from(out).toString('hex') === VECTOR.signature;
}

/** Looks at what is there, and holds the native library against the vector first and then the other one. */
export function chooseCurve(load: () => NativeLibrary = loadNative): ChosenCurve {
  if (!holdsVector(nobleCurve)) throw new Error('@noble/curves does not sign as it should: reinstall it');
  try {
    const curve = nativeCurve(load());
    if (holdsVector(curve)) return { curve, why: '' };
    return { curve: nobleCurve, why: 'secp256k1 signs otherwise than @noble/curves, so it is not used' };
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return { curve: nobleCurve, why: `secp256k1 does not load (${said})` };
  }
}

let chosen: ChosenCurve | undefined;

/** The curve of this process, looked for once. */
export function processCurve(): ChosenCurve {
  chosen ??= chooseCurve();
  return chosen;
}
