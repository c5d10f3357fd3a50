// A rank whose wasm reads outside of its memory, which is an error of JavaScript as ever.
// The package's index loads sweeps and plots too, which takes longer than most of these ranks run.
import { distributed } from '../dist/distributed.js'

const comm = await distributed({ timeout: 20 })
// (module (memory 1) (func (export "r") (param i32) (result i32) (i32.load (local.get 0))))
const module = '0061736d0100000001060160017f017f030201000503010001070501017200000a0901070020002802000b'
const { instance } = await WebAssembly.instantiate(Uint8Array.from(module.match(/../g), byte => Number.parseInt(byte, 16)))
try {
  instance.exports.r(1 << 20)
} catch (error) {
  console.log(error.message)
}
await comm.close()
