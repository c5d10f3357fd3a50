/**
 * The factors of Winograd's transforms with tiles of 4x4, interpolated at 0, +-A, +-B and infinity. They lie in memory, at these bytes from the
 * first: a load that fills a vector is one instruction, where a constant takes three, and eight to fill 256 bits.
 */
const POINT_A: f32 = 0.75,
  POINT_B: f32 = 1.5
const AA_: f32 = POINT_A * POINT_A,
  BB_: f32 = POINT_B * POINT_B
/** The products of differences between a point and all others, inverted. */
const INVERSE_A: f32 = 1 / (2 * AA_ * (AA_ - BB_)),
  INVERSE_B: f32 = 1 / (2 * BB_ * (BB_ - AA_))

export const A: usize = 0
export const B: usize = 4
export const AA: usize = 8
export const BB: usize = 12
export const AABB: usize = 16
/** A A + B B */
export const SUM: usize = 20
export const AT_ZERO: usize = 24
export const AT_A: usize = 28
export const AT_B: usize = 32
/** The same times the point. */
export const AT_A_A: usize = 36
export const AT_B_B: usize = 40

export function layFactors(out: usize): void {
  store<f32>(out, POINT_A, A)
  store<f32>(out, POINT_B, B)
  store<f32>(out, AA_, AA)
  store<f32>(out, BB_, BB)
  store<f32>(out, AA_ * BB_, AABB)
  store<f32>(out, AA_ + BB_, SUM)
  store<f32>(out, 1 / (AA_ * BB_), AT_ZERO)
  store<f32>(out, INVERSE_A, AT_A)
  store<f32>(out, INVERSE_B, AT_B)
  store<f32>(out, INVERSE_A * POINT_A, AT_A_A)
  store<f32>(out, INVERSE_B * POINT_B, AT_B_B)
}
