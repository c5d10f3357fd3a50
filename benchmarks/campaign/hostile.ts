import { joined, Sha256 } from '@onecycle/platform'
import { noChecksum, seal } from '../../packages/learner/src/checkpoint/checksum.js'
import { layOut } from '../../packages/learner/src/checkpoint/safetensors.js'
import type { Bytes } from './mutations.js'

/** Files that a person made to do harm, and what their refusal says. */
export type Hostile = readonly [name: string, make: () => Bytes, refusal: RegExp]

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({ dtype, shape, data_offsets: offsets })
const many = (n: number, make: (i: number) => object) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`t${i}`, make(i)]))
const damaged = /damaged/

export const hostile: readonly Hostile[] = [
  ['a header of 2^64 - 1 bytes', () => file('{}', 0, 2n ** 64n - 1n), /too few for its header/],
  ['a header of 2^63 bytes', () => file('{}', 0, 2n ** 63n), /too few for its header/],
  ['a header that takes a byte of the values', () => file({ w: entry([1], [0, 4]) }, 4, undefined, 1), /not JSON|truncated/],
  ['lists in each other, a million', () => file('['.repeat(1e6)), /nested deeper than 8/],
  ['objects in each other, 100,000', () => file('{"a":'.repeat(1e5)), /nested deeper than 8/],
  [
    '20,000 names for the same megabyte',
    () =>
      file(
        many(20_000, () => entry([250_000], [0, 1e6])),
        1e6,
      ),
    damaged,
  ],
  [
    '20,000 arrays, each half over the one before',
    () =>
      file(
        many(20_000, i => entry([2], [4 * i, 4 * i + 8])),
        80_004,
      ),
    damaged,
  ],
  ['holes', () => file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), damaged],
  ['values that nobody names', () => file({ a: entry([1], [0, 4]) }, 1e6), /follow its last tensor/],
  ['a name twice', () => file('{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0077":{}}'), /"w" twice/],
  ['metadata twice', () => file('{"__metadata__":{},"__metadata__":{"format":"onecycle-checkpoint-1"}}'), /twice/],
  ['a checksum twice', () => file('{"__metadata__":{"checksum":"0","checksum":"1"}}'), /"checksum" twice/],
  ['negative places', () => file({ w: entry([1], [-4, 0]) }), damaged],
  ['places in reverse', () => file({ w: entry([1], [4, 0]) }, 4), damaged],
  ['half places', () => file({ w: entry([1], [0.5, 4.5]) }, 8), damaged],
  ['places beyond 2^53', () => file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,${2 ** 60}]}}`, 4), damaged],
  ['places that are texts', () => file({ w: entry([1], ['0', '4']) }, 4), damaged],
  ['places without end', () => file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,1e999]}}', 4), damaged],
  ['a shape of 2^80 values', () => file({ w: entry([2 ** 40, 2 ** 40], [0, 4]) }, 4), damaged],
  ['a shape of 2^53 values in no bytes', () => file({ w: entry([2 ** 50], [0, 0]) }), damaged],
  ['a shape with a negative axis', () => file({ w: entry([-1, -1], [0, 4]) }, 4), damaged],
  ['a shape of a million axes', () => file({ w: entry(new Array(1e6).fill(2), [0, 4]) }, 4), damaged],
  ['an array of a type from Object', () => file({ w: entry([1], [0, 4], 'constructor') }, 4), /type 'constructor'/],
  ['a million characters for a type', () => file({ w: entry([1], [0, 4], 'F'.repeat(1e6)) }, 4), /is of type 'F/],
  [
    'an array called __proto__',
    () => file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    /another origin/,
  ],
  ['metadata called __proto__', () => file('{"__metadata__":{"__proto__":"a","format":"x"}}'), /another origin/],
  ['metadata that are an object', () => file('{"__metadata__":{"format":{"toString":"a"}}}'), /not strings/],
  ['a header that is no text', () => file('{"w\ud800'), /not JSON/],
  ['50,000 empty arrays', () => file(many(50_000, () => entry([0], [0, 0]))), /another origin/],
  ['state nested 10,000 deep', () => sealed({ run: '{"a":'.repeat(1e4) }), /nested deeper than 64/],
  ['state with a key twice', () => sealed({ run: '{"a":1,"a":2}' }), /"a" twice/],
  ['state that is not JSON', () => sealed({ optimizer: 'process.exit()' }), /JSON/],
  ['state without its array', () => sealed({ run: run({ $: 'array', name: 'run.no' }) }), /run.no is missing/],
  ['state from Object', () => sealed({ run: run({ $: 'array', name: 'constructor' }) }), /constructor is missing/],
  [
    'an array of the state used 10,000 times',
    () => sealed({ run: run(new Array(1e4).fill({ $: 'list', name: 'run.a' })) }, 1e6),
    /run.a is missing, or used twice/,
  ],
  ['a fit that is none', () => sealed({ run: '5' }), /run/],
  ['a fit without callbacks', () => sealed({ run: '{"fit":{},"place":{},"machine":{}}' }), /run/],
  ['an optimizer that is none', () => sealed({ optimizer: '[]' }), /optimizer/],
  ['a layer of number 2^32 - 2', () => sealed({}, 1, 'state.4294967294.0'), /state\.4294967294\.0/],
  ['a layer that has no number', () => sealed({}, 1, 'state.x.y'), /state\.x\.y/],
]

/** The state of a fit in which a callback remembers this. */
const run = (state: unknown) =>
  JSON.stringify({
    fit: { index: 0, n_epoch: 1, n_train_iter: 1 },
    place: { epoch: 0, pass: 'over', done: 0, iter: 0, n_iter: 1, train_iter: 1, pct_train: 1, lossValue: 1, values: {} },
    callbacks: [{ name: 'Recorder', state }],
    machine: {},
  })

/** A safetensors file with any header, which may claim another length than it has. */
function file(header: string | object, values = 0, length?: bigint, more = 0): Bytes {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + values)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length + more), true)
  bytes.set(text, 8)
  return bytes
}

/** A checkpoint with a good checksum and foreign contents. */
function sealed(metadata: Record<string, string>, values = 1, name = 'run.a'): Bytes {
  const { head, values: arrays } = layOut({
    tensors: { [name]: { shape: [values], values: new Float32Array(values) } },
    metadata: { format: 'onecycle-checkpoint-2', checksum: noChecksum, ...metadata },
  })
  seal(head, new Sha256().update(joined(arrays)))
  return joined([head, ...arrays])
}
