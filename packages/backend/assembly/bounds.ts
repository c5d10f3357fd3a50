/** What is applied to the sums before they are stored. */
export const LINEAR: i32 = 0
export const RELU: i32 = 1
export const RELU6: i32 = 2

/** Lays down the least and the most that each of them lets through, in 8 bytes. */
export function layBounds(out: usize): void {
  lay(out, LINEAR, -Infinity, Infinity)
  lay(out, RELU, 0, Infinity)
  lay(out, RELU6, 0, 6)
}

function lay(out: usize, activation: i32, least: f32, most: f32): void {
  store<f32>(out + 8 * activation, least)
  store<f32>(out + 8 * activation, most, 4)
}
