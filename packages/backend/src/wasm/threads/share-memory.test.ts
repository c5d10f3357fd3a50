import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { readBuild as ours } from '../../testing/build-folder.js'
import { files } from '../compiled/builds.js'
import { compiledVariant } from '../compiled/module.js'
import { shareMemory } from './share-memory.js'

const { Instance, Memory, Module } = WebAssembly
const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const tfjs = () => {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
  return readFileSync(new URL('tfjs-backend-wasm-simd.wasm', `file://${main}`))
}

/** How long the parts are that two files have in common, from the beginning and from the end. */
function common(a: Uint8Array, b: Uint8Array): [number, number] {
  let [start, end] = [0, 0]
  while (a[start] === b[start]) start++
  while (a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return [start, end]
}

describe('shareMemory', () => {
  it('changes a single bit of the binary that TensorFlow.js brings, whose own memory is then shared', () => {
    const [before, after] = [tfjs(), shareMemory(tfjs())]
    expect(after.length).toBe(before.length)
    const [start, end] = common(before, after)
    expect(start + end).toBe(before.length - 1)
    expect([before[start], after[start]]).toEqual([1, 3])

    const module = new Module(after)
    const functions = Object.fromEntries(Module.imports(module).map(({ name }) => [name, () => 0]))
    const { memory } = new Instance(module, Object.fromEntries(Module.imports(module).map(each => [each.module, functions])))
      .exports as { memory: InstanceType<typeof Memory> }
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  it.each(Object.values(files))('lets %s run in shared memory of up to 4 GiB, and in no other', file => {
    const [before, after] = [ours(file), shareMemory(ours(file))]
    const [start, end] = common(before, after)
    // Nothing but the section that imports it: its size, the flags, and a maximum of three bytes.
    expect(before.length - start - end).toBeLessThanOrEqual(16)
    expect(after.length).toBe(before.length + 3)
    // Has the engine accept the relaxed build.
    expect(compiledVariant()).not.toBe('simd')
    const module = new Module(after)
    const importing = (memory: object) => () => new Instance(module, { env: { memory } as WebAssembly.ModuleImports })
    expect(importing(new Memory({ initial: 1, maximum: 65_536, shared: true }))).not.toThrow()
    expect(importing(new Memory({ initial: 1, maximum: 65_536 }))).toThrow()
  })

  it('finds a memory behind imports of every other kind, and in a section of many bytes', () => {
    const name = [130, 1, ...new Array<number>(130).fill(0x61)]
    const imports = [
      ...[...name, ...name, 0, 0],
      ...[1, 0x61, 1, 0x62, 1, 0x70, 1, 0, 5],
      ...[1, 0x61, 1, 0x63, 3, 0x7f, 0],
      ...[1, 0x61, 1, 0x64, 2, 1, 1, 2],
    ]
    const size = imports.length + 1
    const section = [2, (size & 127) | 128, size >> 7, 4, ...imports]
    const module = Uint8Array.from([...header, 1, 4, 1, 0x60, 0, 0, ...section])
    const shared = shareMemory(module)
    expect(shared).toEqual(Uint8Array.from([...module.subarray(0, -3), 3, 1, 2]))
    expect(() => new Module(shared)).not.toThrow()
  })

  it('refuses what it cannot share', () => {
    expect(() => shareMemory(Buffer.from('no module at all'))).toThrow('These bytes are no WebAssembly module.')
    expect(() => shareMemory(Uint8Array.from(header))).toThrow('This WebAssembly module has no memory.')
    expect(() => shareMemory(Uint8Array.from([...header, 5, 128]))).toThrow('This WebAssembly module ends in the middle.')
  })
})
