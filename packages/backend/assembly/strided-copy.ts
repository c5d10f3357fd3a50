/**
 * Copies 32-bit elements into a contiguous result, reading the source with any steps: slices, strided slices, reversals,
 * transpositions, tiling and broadcasting (step 0) are all this.
 *
 * `shape` holds `rank` sizes, then `rank` steps in elements; rank is at least 1. Returns where the next element goes.
 */
export function stridedCopy(shape: usize, rank: i32, source: usize, out: usize): usize {
  return copyAxis(shape, rank, rank, source, out)
}

/** `shape` points at the `left` sizes that remain; the step of each lies `rank` places further. */
function copyAxis(shape: usize, rank: i32, left: i32, source: usize, out: usize): usize {
  const size = load<i32>(shape)
  const step = 4 * load<i32>(shape + 4 * rank)
  if (left === 1) return copyRun(source, step, size, out)
  for (let i = 0; i < size; i++, source += step) out = copyAxis(shape + 4, rank, left - 1, source, out)
  return out
}

function copyRun(source: usize, step: i32, size: i32, out: usize): usize {
  const end = out + 4 * <usize>size
  if (step === 4) {
    for (; out + 16 <= end; out += 16, source += 16) v128.store(out, v128.load(source))
  } else if (step === 0) {
    const v = v128.load32_splat(source)
    for (; out + 16 <= end; out += 16) v128.store(out, v)
  }
  for (; out < end; out += 4, source += step) store<u32>(out, load<u32>(source))
  return end
}
