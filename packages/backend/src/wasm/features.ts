/** A module of one function that returns a constant vector made with the given instructions; only its validity matters. */
function accepts(...instructions: number[]): boolean {
  const body = [0, ...instructions, 0x0b]
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const type = [1, 5, 1, 0x60, 0, 1, 0x7b]
  const functions = [3, 2, 1, 0]
  const code = [10, body.length + 2, 1, body.length, ...body]
  return WebAssembly.validate(Uint8Array.from([...header, ...type, ...functions, ...code]))
}

const splat = [0x41, 0, 0xfd, 0x0f]

/**
 * Whether this engine runs 128-bit vector instructions.
 *
 * @example
 * console.log(simd() ? 'vectors of 128 bits' : 'no vectors, and the composed kernels')
 */
export const simd = () => accepts(...splat)

/**
 * Whether it runs relaxed ones (fused multiply-add): Node 22 does, Node 20 once `--experimental-wasm-relaxed-simd` is set, and most browsers.
 *
 * @example
 * if (!relaxedSimd()) console.log('Node 20 has it after node --experimental-wasm-relaxed-simd')
 */
export const relaxedSimd = () => accepts(...splat, ...splat, ...splat, 0xfd, 0x85, 0x02)
