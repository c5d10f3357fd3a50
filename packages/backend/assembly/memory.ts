import { layBounds } from './bounds'
import { layTanh } from './tanh-factors'
import { layFactors } from './winograd-factors'

/** What the kernels keep in 1 KB of memory of their own, which `setMemory` is told of once. */

/** Where a tile of sums is laid down that is not stored as it is. */
export let tile: usize = 0
/** Of what follows it, in bytes from there: zeros and negative zeros, as long as a row; the bounds of each activation; the factors of Winograd's transforms; those of tanh; the numbers of slopes, 1 and 0.2. */
export const ZEROS: usize = 384
export const NEGATIVE_ZEROS: usize = ZEROS + 64
export const BOUNDS: usize = NEGATIVE_ZEROS + 64
export const FACTORS: usize = BOUNDS + 32
export const TANH_FACTORS: usize = FACTORS + 64
export const SLOPES: usize = TANH_FACTORS + 64

export function setMemory(address: usize): void {
  tile = address
  memory.fill(tile + ZEROS, 0, 64)
  for (let at: usize = 0; at < 64; at += 16) v128.store(tile + NEGATIVE_ZEROS + at, f32x4.splat(-0.0))
  layBounds(tile + BOUNDS)
  layFactors(tile + FACTORS)
  if (WIDE) layTanh(tile + TANH_FACTORS)
  store<f32>(tile + SLOPES, 1)
  store<f32>(tile + SLOPES, 0.2, 4)
}
